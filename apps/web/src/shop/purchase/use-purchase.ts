import { useEffect } from 'react';
import { useStore } from '../../api/store.js';
import type { Purchase } from './purchase.machine.js';
import { placeOrder, runPurchase, type SendOrder } from './purchase.runner.js';
import { purchaseStoreOf, type PurchaseStore } from './purchase.store.js';

/** The customer's purchase of `slot`, which goes on while a component uses it. */
export function usePurchase(
  customerId: string,
  slot: string,
  send: SendOrder = placeOrder,
): { purchase: Purchase | undefined; store: PurchaseStore } {
  const store = purchaseStoreOf(customerId, slot);
  useEffect(() => {
    const leaving = new AbortController();
    void runPurchase(`doorbuster.purchase.${customerId}.${slot}`, store, leaving.signal, send);
    return () => leaving.abort();
  }, [customerId, slot, store, send]);
  return { purchase: useStore(store), store };
}
