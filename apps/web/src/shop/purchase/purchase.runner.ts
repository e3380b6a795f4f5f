import type { Order, PlaceOrderBody } from '@doorbuster/contracts';
import { ApiError, asCustomer, LoginNeededError } from '../../api/client.js';
import { followOrder } from '../../api/follow-order.js';
import { pause } from '../../api/pause.js';
import type { ApiResponse } from '@doorbuster/api-client/browser';
import type { Purchase, PurchaseEvent } from './purchase.machine.js';
import type { PurchaseStore } from './purchase.store.js';

const REQUEST_MS = 15_000;

export type SendOrder = (body: PlaceOrderBody, key: string) => Promise<ApiResponse<Order>>;

export const placeOrder: SendOrder = (body, idempotencyKey) =>
  asCustomer((client) => client.placeOrder(body, { idempotencyKey, timeoutMs: REQUEST_MS }));

/**
 * Does what the state of the purchase asks for, until the signal is aborted. One tab at a time, by a lock: when that tab
 * is closed, another one goes on. Two tabs without locks send the same key, which is one order.
 */
export async function runPurchase(
  name: string,
  store: PurchaseStore,
  signal: AbortSignal,
  send: SendOrder = placeOrder,
): Promise<void> {
  const run = (): Promise<void> => steps(store, signal, send);
  if (!('locks' in navigator)) return run();
  await navigator.locks.request(name, { signal }, run).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}

async function steps(store: PurchaseStore, signal: AbortSignal, send: SendOrder): Promise<void> {
  while (!signal.aborted) {
    const purchase = store.get();
    switch (purchase?.state.name) {
      case 'placing':
        store.apply(await attempt(purchase, send));
        break;
      case 'waiting':
        await waitUntil(purchase.state.until, store, signal);
        if (!signal.aborted && store.get() === purchase) store.apply({ name: 'retried' });
        break;
      case 'placed':
        await follow(purchase.state.orderId, store, signal);
        break;
      case 'stuck':
      case 'paid':
      case 'refused':
      case undefined:
        await changed(store, signal);
    }
  }
}

async function attempt({ body, key }: Purchase, send: SendOrder): Promise<PurchaseEvent> {
  try {
    const { body: order } = await send(body, key);
    return { name: 'accepted', orderId: order.id, status: order.status };
  } catch (error) {
    if (error instanceof LoginNeededError) return { name: 'login-needed' };
    if (!(error instanceof ApiError)) return { name: 'unanswered', isOnline: navigator.onLine };
    const { status, code, detail, retryAfterMs, problem } = error;
    return { name: 'refused', status, code, detail, retryAfterMs, orderId: problem?.orderId };
  }
}

async function waitUntil(at: number, store: PurchaseStore, signal: AbortSignal): Promise<void> {
  const ended = new AbortController();
  const end = (): void => ended.abort();
  addEventListener('online', end);
  const unsubscribe = store.subscribe(end);
  await pause(at - Date.now(), AbortSignal.any([signal, ended.signal]));
  removeEventListener('online', end);
  unsubscribe();
}

async function follow(orderId: string, store: PurchaseStore, signal: AbortSignal): Promise<void> {
  try {
    for await (const { status, reason } of followOrder(orderId, (each) => each !== 'PENDING', signal))
      store.apply({ name: 'status-changed', status, reason });
  } catch {
    // The order is placed, and its page tells the rest.
    await changed(store, signal);
  }
}

const changed = (store: PurchaseStore, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      unsubscribe();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const unsubscribe = store.subscribe(done);
    if (signal.aborted) return done();
    signal.addEventListener('abort', done);
  });
