import { PermanentError, type OrderStatus } from '@doorbuster/contracts';

/** Every allowed change of an order's status. */
const TRANSITIONS: Record<OrderStatus, readonly OrderStatus[]> = {
  PENDING: ['CONFIRMED', 'REJECTED'],
  CONFIRMED: ['CANCELLED'],
  REJECTED: [],
  CANCELLED: [],
};

export class IllegalStatusChangeError extends PermanentError {
  override readonly name = 'IllegalStatusChangeError';
  readonly code = 'ILLEGAL_STATUS_CHANGE';
}

/** @throws {IllegalStatusChangeError} */
export function changeStatus(from: OrderStatus, to: OrderStatus): OrderStatus {
  if (!TRANSITIONS[from].includes(to)) {
    throw new IllegalStatusChangeError(`an order that is ${from} cannot become ${to}`);
  }
  return to;
}

/** The status after an undone checkout: a customer never sees "rejected" after "confirmed". */
export const statusWhenUndone = (from: OrderStatus): OrderStatus =>
  changeStatus(from, from === 'PENDING' ? 'REJECTED' : 'CANCELLED');
