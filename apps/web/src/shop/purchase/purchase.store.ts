import type { PlaceOrderBody } from '@doorbuster/contracts';
import { newKey } from '../../api/random.js';
import { createStore, readJson, writeJson, type Store } from '../../api/store.js';
import { advance, type Purchase, type PurchaseEvent } from './purchase.machine.js';

export interface PurchaseStore extends Store<Purchase | undefined> {
  /** Stores a new purchase, unless one is under way: a second click, and a click in another tab, join it. */
  start(body: PlaceOrderBody): void;
  apply(event: PurchaseEvent): void;
  /** Forgets a purchase that has ended. */
  clear(): void;
}

const OPEN = ['placing', 'waiting', 'stuck', 'placed'];

const stores = new Map<string, PurchaseStore>();

/**
 * The purchase of a customer, such as the one in a sale, in local storage: it outlives the tab, and other tabs see it.
 *
 * @param slot what is bought: `sale.<id>` or `cart`
 */
export function purchaseStoreOf(customerId: string, slot: string): PurchaseStore {
  const name = `doorbuster.purchase.${customerId}.${slot}`;
  const known = stores.get(name) ?? createPurchaseStore(name);
  stores.set(name, known);
  return known;
}

function createPurchaseStore(name: string): PurchaseStore {
  const read = (): Purchase | undefined => readJson<Purchase>(localStorage, name);
  const store = createStore(read());
  addEventListener('storage', ({ key }) => {
    if (key === name || key === null) store.set(read());
  });
  const put = (purchase: Purchase | undefined): void => {
    writeJson(localStorage, name, purchase);
    store.set(purchase);
  };
  return {
    ...store,
    start(body) {
      // Read again: the event of another tab's click may be on its way.
      const now = read();
      if (now && OPEN.includes(now.state.name)) store.set(now);
      else put({ key: newKey(), body, state: { name: 'placing', attempt: 1 } });
    },
    apply(event) {
      const now = store.get();
      if (!now) return;
      const state = advance(now.state, event, { now: Date.now(), random: Math.random() });
      if (state !== now.state) put({ ...now, state });
    },
    clear: () => put(undefined),
  };
}
