import { ApiError, type ApiResponse } from '@doorbuster/api-client';
import type { ErrorCode, Order, OrderStatus } from '@doorbuster/contracts';
import type { BuyerRecord, Outcome } from '../src/buyers/sale-event.js';
import { PRICE } from '../src/shop/admin-client.js';
import type { FullEvidence } from '../src/verdict/rule.js';

const OPENED_AT = new Date('2030-01-01T12:00:00Z');

export interface OrderFacts {
  buyer: number;
  status: OrderStatus;
  reason?: string;
  /** When it reached that status. */
  atMs?: number;
  id?: string;
}

export function orderOf({ buyer, status, reason, atMs = 1_000, id = `order-${buyer}` }: OrderFacts): Order {
  return {
    id,
    customerId: `buyer-${buyer}`,
    status,
    reason: reason ?? null,
    cancelling: false,
    lines: [{ sku: 'RUNNER', quantity: 1, unitPrice: PRICE }],
    total: PRICE,
    createdAt: OPENED_AT.toISOString(),
    updatedAt: new Date(OPENED_AT.getTime() + atMs).toISOString(),
  };
}

const answerTo = (status: number, body: Order): ApiResponse<Order> => ({
  status,
  headers: new Headers(),
  body,
});
export const confirmed = (id: string) => answerTo(201, orderOf({ buyer: 1, status: 'CONFIRMED', id }));
export const accepted = (id: string) => answerTo(202, orderOf({ buyer: 1, status: 'PENDING', id }));

export function refusal(
  status: number,
  code: ErrorCode | undefined,
  { orderId, retryAfter }: { orderId?: string; retryAfter?: string } = {},
): ApiError {
  const problem = code && {
    type: 'urn:doorbuster:problem:x',
    title: code,
    status,
    detail: code,
    instance: '/v1/orders',
    code,
    traceId: '0'.repeat(32),
    ...(orderId !== undefined && { orderId }),
  };
  const headers = new Headers(retryAfter === undefined ? {} : { 'retry-after': retryAfter });
  return new ApiError('POST /v1/orders', status, problem, headers);
}

export function buyerOf(number: number, outcome: Outcome, facts: Partial<BuyerRecord> = {}): BuyerRecord {
  const hasOrder = ['BOUGHT', 'DECLINED', 'SOLD_OUT', 'REJECTED', 'UNFINISHED'].includes(outcome);
  return {
    number,
    customerId: `buyer-${number}`,
    hasGoodCard: outcome !== 'DECLINED',
    wanted: 1,
    outcome,
    reason: undefined,
    lastAskedAtMs: 500,
    orders: hasOrder ? [{ id: `order-${number}`, outcome }] : [],
    ...facts,
  };
}

/** Two units, four buyers: two get one, one is declined, one comes too late. */
export function goodSale(): FullEvidence {
  return {
    stock: 2,
    limit: 1,
    openedAt: OPENED_AT,
    isInterrupted: false,
    buyers: [buyerOf(1, 'BOUGHT'), buyerOf(2, 'DECLINED'), buyerOf(3, 'BOUGHT'), buyerOf(4, 'SOLD_OUT')],
    audit: {
      levels: { sku: 'RUNNER', available: 0, reserved: 0, sold: 2, received: 2, setAside: 0 },
      orders: [
        orderOf({ buyer: 1, status: 'CONFIRMED' }),
        orderOf({ buyer: 2, status: 'REJECTED', reason: 'PAYMENT_DECLINED: generic_decline' }),
        orderOf({ buyer: 3, status: 'CONFIRMED' }),
        orderOf({ buyer: 4, status: 'REJECTED', reason: 'OUT_OF_STOCK' }),
      ],
      invariants: { breaches: [], inFlight: [], orders: 4 },
    },
  };
}
