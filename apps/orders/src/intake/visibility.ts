import { refuse, type Actor, type Order, type Reply } from '@doorbuster/contracts';

export const isVisibleTo = (actor: Actor, order: Order): boolean =>
  actor.role === 'admin' || actor.customerId === order.customerId;

/** The same for an order that is another customer's: whether it exists is nobody else's business. */
export const orderNotFound = (orderId: string): Reply<never> =>
  refuse('ORDER_NOT_FOUND', `There is no order ${orderId}.`);
