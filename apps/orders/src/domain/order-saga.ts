import type { MessageContract, Money, StockLine } from '@doorbuster/contracts';

/** What both sagas of an order know; written once, when the saga starts. */
export interface OrderSagaData {
  orderId: string;
  lines: StockLine[];
  total: Money;
  method: string;
  /** Of the request that started the saga: every command it sends belongs to that trace. */
  traceparent: string;
  /** Asked for while the checkout was still under way; starts when that is complete. */
  cancellation?: CancellationRequest;
}

export interface CancellationRequest {
  reason: 'CANCELLED_BY_CUSTOMER' | 'CANCELLED_BY_ADMIN';
  traceparent: string;
}

/** A command that a saga wants sent, with the contract that says where to. */
export interface OrderCommand {
  contract: MessageContract;
  data: unknown;
}

/** Names a command together with data that fits its contract. */
export const ask = <T>(contract: MessageContract<T>, data: T): OrderCommand => ({ contract, data });

/** A participant answers in milliseconds; a restarting one within a few attempts. */
export const TURN_BACK = { deadlineMs: 5_000, attempts: 4 };
/** About a quarter of an hour, with growing pauses, before an operator is asked to look. */
export const GO_ON = { deadlineMs: 5_000, attempts: 20, growth: 2 };
