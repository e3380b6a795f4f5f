import { ContractError, NoAnswerError } from '@doorbuster/api-client';
import type { ErrorCode } from '@doorbuster/contracts';
import { describe, expect, it } from 'vitest';
import { outcomeOf, readOrderAnswer } from '../src/buyers/read-answer.js';
import { accepted, confirmed, refusal } from './fixtures.js';

describe('an answer to an order', () => {
  it('201 is an order that was bought', async () => {
    const reading = await readOrderAnswer(Promise.resolve(confirmed('o')));
    expect(reading).toMatchObject({ kind: 'ENDED', outcome: 'BOUGHT', orderId: 'o' });
  });

  it('202 is an order to follow', async () => {
    const reading = await readOrderAnswer(Promise.resolve(accepted('o')));
    expect(reading).toEqual({ kind: 'ACCEPTED', orderId: 'o' });
  });

  it.each<[number, ErrorCode | undefined, string | undefined, string]>([
    [402, 'PAYMENT_DECLINED', 'o', 'DECLINED'],
    [402, 'PAYMENT_TIMEOUT', 'o', 'REJECTED'],
    [409, 'OUT_OF_STOCK', 'o', 'SOLD_OUT'],
    [409, 'ORDER_REJECTED', 'o', 'REJECTED'],
    [422, 'UNKNOWN_SKU', undefined, 'REFUSED'],
    [401, undefined, undefined, 'REFUSED'],
  ])('%i %s is %4$s', async (status, code, orderId, outcome) => {
    const answer = Promise.reject(refusal(status, code, orderId === undefined ? {} : { orderId }));
    const reason = code ?? `HTTP ${status}`;
    expect(await readOrderAnswer(answer)).toEqual({ kind: 'ENDED', outcome, reason, orderId });
  });

  it('that does not fit the contract is against the contract', async () => {
    const answer = Promise.reject(new ContractError('POST /v1/orders', 201, 'no id'));
    expect(await readOrderAnswer(answer)).toMatchObject({ outcome: 'REFUSED', reason: 'HTTP 201' });
  });

  it.each<[string, Error, object]>([
    [
      '429',
      refusal(429, 'RATE_LIMITED', { retryAfter: '2' }),
      { trouble: 'OVERLOADED', afterMs: 2_000, said: '429 RATE_LIMITED' },
    ],
    [
      '503',
      refusal(503, 'SERVICE_UNAVAILABLE', { retryAfter: '1' }),
      { trouble: 'OVERLOADED', afterMs: 1_000, said: '503 SERVICE_UNAVAILABLE' },
    ],
    ['500', refusal(500, 'INTERNAL_ERROR'), { trouble: 'FAILED', afterMs: undefined }],
    ['502 of a proxy', refusal(502, undefined), { trouble: 'FAILED', said: '502 without a code' }],
    ['no answer', new NoAnswerError('POST /v1/orders', 'broken'), { trouble: 'LOST', said: undefined }],
  ])('%s is tried again', async (_, error, expected) => {
    expect(await readOrderAnswer(Promise.reject(error))).toMatchObject({ kind: 'TRY_AGAIN', ...expected });
  });
});

it.each([
  ['CONFIRMED', null, 'BOUGHT'],
  ['REJECTED', 'OUT_OF_STOCK', 'SOLD_OUT'],
  ['REJECTED', 'PAYMENT_DECLINED: insufficient_funds', 'DECLINED'],
  ['REJECTED', 'STOCK_TIMEOUT', 'REJECTED'],
  ['CANCELLED', null, 'REJECTED'],
  ['PENDING', null, undefined],
] as const)('an order that is %s (%s) has the outcome %s', (status, reason, outcome) => {
  expect(outcomeOf({ status, reason })).toBe(outcome);
});
