import type { ErrorCode, Order } from '@doorbuster/contracts';
import { ProblemException } from '../problem/problem.exception.js';
import type { Answer } from './answer.js';

/** Where an order is found from now on, and what became of the wish to wait. */
function headersOf(order: Order, waitSeconds: number | undefined): Record<string, string> {
  return {
    location: `/v1/orders/${order.id}`,
    ...(waitSeconds !== undefined && { 'preference-applied': `wait=${waitSeconds}` }),
  };
}

/**
 * The answer to a placed order: 202 to whoever did not ask to wait, or whose time is over; else 201 when it is
 * confirmed.
 * @throws {ProblemException} why the order did not come about
 */
export function placed(order: Order, waitSeconds: number | undefined): Answer<Order> {
  const headers = headersOf(order, waitSeconds);
  if (waitSeconds === undefined || order.status === 'PENDING') return { status: 202, headers, body: order };
  if (order.status === 'CONFIRMED') return { status: 201, headers, body: order };
  throw refusal(order, headers);
}

/** The answer to a cancellation: 200 when it is done, 202 while it is under way. */
export function cancelled(order: Order, waitSeconds: number | undefined): Answer<Order> {
  const status = order.status === 'CANCELLED' ? 200 : 202;
  return { status, headers: headersOf(order, waitSeconds), body: order };
}

const REJECTIONS: Partial<Record<string, { code: ErrorCode; sentence: string }>> = {
  OUT_OF_STOCK: { code: 'OUT_OF_STOCK', sentence: 'Not enough is left, and nothing was charged' },
  SALE_ENDED: { code: 'SALE_ENDED', sentence: 'The sale ended, and nothing was charged' },
  PAYMENT_DECLINED: {
    code: 'PAYMENT_DECLINED',
    sentence: 'The payment was declined, and nothing was charged',
  },
  PAYMENT_TIMEOUT: {
    code: 'PAYMENT_TIMEOUT',
    sentence: 'The payment provider did not answer, and nothing was charged',
  },
};

/** `reason` is a code, and after a colon what more there is to say: `PAYMENT_DECLINED: insufficient_funds`. */
function refusal(order: Order, headers: Record<string, string>): ProblemException {
  const options = { headers, extensions: { orderId: order.id } };
  if (order.status === 'CANCELLED') {
    return new ProblemException(
      'ORDER_CANCELLED',
      'The order was cancelled. Place another with a new key.',
      options,
    );
  }
  const [reason = '', ...rest] = (order.reason ?? 'no reason given').split(':');
  const { code, sentence } = REJECTIONS[reason] ?? {
    code: 'ORDER_REJECTED' as const,
    sentence: `Rejected: ${reason}`,
  };
  const more = rest.join(':').trim();
  return new ProblemException(code, more ? `${sentence} (${more}).` : `${sentence}.`, options);
}
