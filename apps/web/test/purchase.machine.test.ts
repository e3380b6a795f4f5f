import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  advance,
  ATTEMPTS_MAX,
  type PurchaseEvent,
  type PurchaseState,
} from '../src/shop/purchase/purchase.machine.js';

const around = { now: 1_000, random: 0 };
const placing: PurchaseState = { name: 'placing', attempt: 1 };
const refused = (status: number, code: string, retryAfterMs?: number): PurchaseEvent => ({
  name: 'refused',
  status,
  code: code as 'OUT_OF_STOCK',
  detail: 'why',
  retryAfterMs,
});

/** The states that follow, the first included. */
const after = (state: PurchaseState, ...events: PurchaseEvent[]): PurchaseState =>
  events.reduce((now, event) => advance(now, event, around), state);

describe('a purchase', () => {
  it('is placed with 202, and paid when the order is confirmed', () => {
    const placed = after(placing, { name: 'accepted', orderId: 'o1', status: 'PENDING' });
    expect(placed).toEqual({ name: 'placed', orderId: 'o1' });
    expect(after(placed, { name: 'status-changed', status: 'CONFIRMED', reason: null })).toEqual({
      name: 'paid',
      orderId: 'o1',
    });
  });

  it('tells why the order was rejected, by the code of the reason', () => {
    const placed: PurchaseState = { name: 'placed', orderId: 'o1' };
    const reason = 'PAYMENT_DECLINED: insufficient_funds';
    expect(after(placed, { name: 'status-changed', status: 'REJECTED', reason })).toMatchObject({
      name: 'refused',
      code: 'PAYMENT_DECLINED',
      orderId: 'o1',
    });
  });

  it.each([
    ['sold out', refused(409, 'OUT_OF_STOCK'), 'OUT_OF_STOCK'],
    ['over the limit', refused(409, 'PURCHASE_LIMIT'), 'PURCHASE_LIMIT'],
    ['declined', refused(402, 'PAYMENT_DECLINED'), 'PAYMENT_DECLINED'],
    ['without a login', { name: 'login-needed' } as PurchaseEvent, 'LOGIN_NEEDED'],
  ])('ends when it is %s', (_, event, code) => {
    expect(after(placing, event)).toMatchObject({ name: 'refused', code });
  });

  it('waits at least for Retry-After, and longer after each attempt', () => {
    const busy = refused(503, 'SERVICE_OVERLOADED', 4_000);
    expect(after(placing, busy)).toEqual({ name: 'waiting', attempt: 1, why: 'busy', until: 5_000 });
    const second = after(placing, busy, { name: 'retried' });
    expect(second).toEqual({ name: 'placing', attempt: 2 });
    const pauses = [1, 2, 3, 4, 5, 9].map((attempt) => {
      const state = after({ name: 'placing', attempt }, { name: 'unanswered', isOnline: true });
      return state.name === 'waiting' ? state.until - around.now : 0;
    });
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
  });

  it('spreads a crowd: up to half as long again', () => {
    const state = advance(placing, refused(503, 'SERVICE_OVERLOADED', 4_000), { now: 0, random: 1 });
    expect(state).toMatchObject({ until: 6_000 });
  });

  it('asks again soon when the customer clicked before the shop opened the sale', () => {
    expect(after(placing, refused(409, 'SALE_NOT_STARTED'))).toMatchObject({ why: 'opening', until: 1_400 });
  });

  it('counts no attempt while the browser is offline', () => {
    const offline = after({ name: 'placing', attempt: 7 }, { name: 'unanswered', isOnline: false });
    expect(offline).toMatchObject({ name: 'waiting', why: 'offline', attempt: 7 });
    expect(after(offline, { name: 'retried' })).toEqual({ name: 'placing', attempt: 7 });
  });

  it('gives up after the last attempt, and begins anew when the customer wants to', () => {
    const last: PurchaseState = { name: 'placing', attempt: ATTEMPTS_MAX };
    expect(after(last, { name: 'unanswered', isOnline: true })).toEqual({ name: 'stuck' });
    expect(after({ name: 'stuck' }, { name: 'retried' })).toEqual(placing);
  });

  it('takes the answer of an earlier attempt, which comes while it waits', () => {
    const waiting = after(placing, { name: 'unanswered', isOnline: true });
    expect(after(waiting, { name: 'accepted', orderId: 'o1', status: 'PENDING' })).toMatchObject({
      name: 'placed',
    });
  });

  it('never leaves an end, whatever comes late', () => {
    const ends = fc.constantFrom<PurchaseState>(
      { name: 'paid', orderId: 'o1' },
      { name: 'refused', code: 'OUT_OF_STOCK', detail: '' },
    );
    fc.assert(
      fc.property(ends, anyEvent, (end, event) => {
        expect(advance(end, event, around)).toBe(end);
      }),
    );
  });

  it('always ends or waits: no sequence of failures sends more than the maximum without the customer', () => {
    const failure = fc.constantFrom<PurchaseEvent>(
      refused(503, 'SERVICE_OVERLOADED', 1_000),
      refused(429, 'RATE_LIMITED', 1_000),
      refused(409, 'SALE_NOT_STARTED'),
      { name: 'unanswered', isOnline: true },
    );
    fc.assert(
      fc.property(fc.array(failure, { minLength: ATTEMPTS_MAX, maxLength: 40 }), (failures) => {
        let state: PurchaseState = placing;
        let sent = 1;
        for (const event of failures) {
          state = advance(state, event, around);
          if (state.name === 'waiting') {
            state = advance(state, { name: 'retried' }, around);
            sent += 1;
          }
        }
        expect([state.name, sent]).toEqual(['stuck', ATTEMPTS_MAX]);
      }),
    );
  });
});

const anyEvent = fc.constantFrom<PurchaseEvent>(
  { name: 'accepted', orderId: 'o2', status: 'PENDING' },
  refused(503, 'SERVICE_OVERLOADED'),
  { name: 'unanswered', isOnline: true },
  { name: 'login-needed' },
  { name: 'retried' },
  { name: 'status-changed', status: 'CONFIRMED', reason: null },
);
