import { PermanentError, type OrderStatus } from '@doorbuster/contracts';

/** Every way an order may go. */
const TRANSITIONS: Record<OrderStatus, readonly OrderStatus[]> = {
  PENDING: ['CONFIRMED', 'REJECTED'],
  CONFIRMED: ['CANCELLED'],
  REJECTED: [],
  CANCELLED: [],
};

export class IllegalStatusChangeError extends PermanentError {
  readonly code = 'ILLEGAL_STATUS_CHANGE';
}

/** @throws {IllegalStatusChangeError} when an order cannot go from one to the other */
export function changeStatus(from: OrderStatus, to: OrderStatus): OrderStatus {
  if (!TRANSITIONS[from].includes(to)) {
    throw new IllegalStatusChangeError(`an order that is ${from} cannot become ${to}`);
  }
  return to;
}

/** What an order becomes when its checkout was undone: nobody is told "rejected" after "confirmed". */
export const statusWhenUndone = (from: OrderStatus): OrderStatus =>
  changeStatus(from, from === 'PENDING' ? 'REJECTED' : 'CANCELLED');
