import { refuse, type Actor, type Order, type Reply } from '@doorbuster/contracts';

export const isVisibleTo = (actor: Actor, order: Order): boolean =>
  actor.role === 'admin' || actor.customerId === order.customerId;

/** The same 404 for another customer's order, so existence is not leaked. */
export const orderNotFound = (orderId: string): Reply<never> =>
  refuse('ORDER_NOT_FOUND', `There is no order ${orderId}.`);
