import type { Order, TimelineEntry } from '@doorbuster/contracts';
import { describe, expect, it } from 'vitest';
import { reasonCode, statusText, storyOf } from '../src/shop/orders/order-story.js';

const order: Order = {
  id: '01a21ce0-6e00-7c4a-9b1f-3d5e7a902c68',
  customerId: 'ann',
  status: 'CONFIRMED',
  reason: null,
  cancelling: false,
  lines: [],
  total: { amount: 1_999, currency: 'USD' },
  createdAt: '2026-11-27T12:00:00.000Z',
  updatedAt: '2026-11-27T12:00:01.000Z',
};

const entry = (step: string, transition: TimelineEntry['transition']): TimelineEntry => ({
  at: '2026-11-27T12:00:00.500Z',
  saga: 'checkout',
  sagaId: order.id,
  step,
  transition,
  attempt: 1,
  reason: null,
  traceId: '8c1f4b0e6a2d4f7b9e3c5a1d7f2b6e90',
});

const told = (of: Partial<Order>, ...entries: TimelineEntry[]): string[] =>
  storyOf({ ...order, ...of }, entries).map(({ text }) => text);

describe('the story of an order', () => {
  it('is told in a shopper’s words, each step once', () => {
    const entries = [
      entry('checkout', 'STARTED'),
      entry('reserve-stock', 'SENT'),
      entry('reserve-stock', 'RESENT'),
      entry('reserve-stock', 'SUCCEEDED'),
      entry('authorise-payment', 'SENT'),
      entry('authorise-payment', 'SENT'),
      entry('authorise-payment', 'SUCCEEDED'),
      entry('capture-payment', 'SUCCEEDED'),
      entry('checkout', 'COMPLETED'),
    ];
    expect(told({}, ...entries)).toEqual([
      'You placed the order',
      'Your items are set aside',
      'Your bank is asked',
      'Your bank accepted the card',
      'Your card is charged',
    ]);
  });

  it('ends with what the order waits for, or how it ended', () => {
    expect(told({ status: 'PENDING' }).at(-1)).toBe('One moment…');
    expect(told({ cancelling: true }).at(-1)).toBe('Your order is being cancelled');
    expect(told({ status: 'REJECTED' }).at(-1)).toBe('The order was rejected. You paid nothing');
    expect(told({ status: 'CANCELLED' }).at(-1)).toBe('The order is cancelled');
  });

  it('has a status and the code of a reason', () => {
    expect(statusText({ status: 'CONFIRMED', cancelling: true }).name).toBe('Being cancelled');
    expect(statusText({ status: 'CONFIRMED', cancelling: false }).look).toBe('good');
    expect(reasonCode('PAYMENT_DECLINED: card_declined')).toBe('PAYMENT_DECLINED');
    expect(reasonCode(null)).toBe('');
  });
});
