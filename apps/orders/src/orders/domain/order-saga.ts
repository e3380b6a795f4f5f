import type { MessageContract, Money, StockLine } from '@doorbuster/contracts';
import { commandOf, type ContractCommand } from '@doorbuster/saga';

/** The data of both sagas of an order, written when the saga starts. */
export interface OrderSagaData {
  orderId: string;
  /** Absent, as the key is, in sagas that an earlier release started. */
  customerId?: string;
  /** Of the request that became the order. */
  idempotencyKey?: string;
  /** A cart's checkout made the order. */
  isFromCart?: true;
  lines: StockLine[];
  total: Money;
  method: string;
  /** Of the request that started the saga. */
  traceparent: string;
  /** Accepted while the checkout was not complete; carried out once it is. */
  cancellation?: CancellationRequest;
}

export interface CancellationRequest {
  reason: 'CANCELLED_BY_CUSTOMER' | 'CANCELLED_BY_ADMIN';
  traceparent: string;
}

/** Makes a command that carries the order's id and nothing else. */
export const commandForOrder =
  (contract: MessageContract<{ orderId: string }>) =>
  ({ orderId }: OrderSagaData): ContractCommand<MessageContract> =>
    commandOf(contract, { orderId });

/**
 * The checkout saga of an order has the order's own id, its cancellation saga the same with the last bit flipped: at most
 * one of each, and as UUIDs of version 7 they are next to each other in every list.
 */
export const cancellationId = (orderId: string): string =>
  orderId.slice(0, -1) + (Number.parseInt(orderId.slice(-1), 16) ^ 1).toString(16);

/** The subject of each command is its order. */
export const subjectOf = ({ orderId }: OrderSagaData): string => orderId;

export const attributesOf = ({ orderId }: OrderSagaData) => ({ 'doorbuster.order.id': orderId });
