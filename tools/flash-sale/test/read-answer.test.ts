import { describe, expect, it } from 'vitest';
import { readUnitsLeft, readOrder, readOrderAnswer } from '../src/shop/read-answer.js';

const answer = (status: number, body?: unknown, retryAfterMs?: number) => ({ status, body, retryAfterMs });

describe('an answer to an order', () => {
  it.each([
    [201, { id: 'o', status: 'CONFIRMED' }, 'BOUGHT'],
    [402, { code: 'PAYMENT_DECLINED', orderId: 'o' }, 'DECLINED'],
    [402, { code: 'PAYMENT_TIMEOUT', orderId: 'o' }, 'REJECTED'],
    [409, { code: 'OUT_OF_STOCK', orderId: 'o' }, 'SOLD_OUT'],
    [409, { code: 'ORDER_REJECTED', orderId: 'o' }, 'REJECTED'],
    [422, { code: 'UNKNOWN_SKU' }, 'REFUSED'],
    [401, undefined, 'REFUSED'],
  ])('%i %j is %s', (status, body, outcome) => {
    expect(readOrderAnswer(answer(status, body))).toMatchObject({ kind: 'ENDED', outcome });
  });

  it('202 is an order to follow', () => {
    expect(readOrderAnswer(answer(202, { id: 'o' }))).toEqual({ kind: 'ACCEPTED', orderId: 'o' });
  });

  it.each([
    [answer(429, { code: 'RATE_LIMITED' }, 2_000), 'OVERLOADED', 2_000],
    [answer(503, { code: 'SERVICE_UNAVAILABLE' }, 1_000), 'OVERLOADED', 1_000],
    [answer(500, { code: 'INTERNAL_ERROR' }), 'FAILED', undefined],
    [answer(502, '<html>'), 'FAILED', undefined],
    [undefined, 'LOST', undefined],
  ])('%j is tried again', (given, trouble, afterMs) => {
    expect(readOrderAnswer(given)).toMatchObject({ kind: 'TRY_AGAIN', trouble, afterMs });
  });
});

describe('an order', () => {
  it.each([
    ['CONFIRMED', null, 'BOUGHT'],
    ['REJECTED', 'OUT_OF_STOCK', 'SOLD_OUT'],
    ['REJECTED', 'PAYMENT_DECLINED: insufficient_funds', 'DECLINED'],
    ['REJECTED', 'STOCK_TIMEOUT', 'REJECTED'],
    ['CANCELLED', null, 'REJECTED'],
  ])('%s (%s) is %s', (status, reason, outcome) => {
    expect(readOrder({ status, reason })).toMatchObject({ outcome });
  });

  it('that is pending, or no order at all, has no end', () => {
    expect(readOrder({ status: 'PENDING' })).toBeUndefined();
    expect(readOrder(undefined)).toBeUndefined();
  });
});

it('the page of a sale says how many are left, or does not know', () => {
  expect(readUnitsLeft(answer(200, { unitsLeft: 3 }))).toBe(3);
  expect(readUnitsLeft(answer(200, { unitsLeft: null }))).toBeUndefined();
});
