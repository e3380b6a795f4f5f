import { describe, expect, it } from 'vitest';
import type { FullEvidence } from '../src/verdict/rule.js';
import { judge } from '../src/verdict/verdict.js';
import { buyerOf, goodSale, orderOf } from './fixtures.js';

/** The broken promises of a sale, shortened, with their details. */
function broken(evidence: FullEvidence): Record<string, string> {
  const found = judge(evidence).checks.filter(({ result }) => result === 'BROKEN');
  return Object.fromEntries(found.map(({ promise, detail }) => [promise.split(/[:,]/)[0], detail]));
}

/** A sale with one unit left, and one good card that got none. */
function oneLeft({ askedAtMs, declinedAtMs }: { askedAtMs: number; declinedAtMs: number }): FullEvidence {
  const sale = goodSale();
  sale.audit.levels = { sku: 'RUNNER', available: 1, reserved: 0, sold: 1, received: 2, setAside: 0 };
  sale.buyers = [
    buyerOf(1, 'BOUGHT'),
    buyerOf(2, 'DECLINED'),
    buyerOf(4, 'SOLD_OUT', { lastAskedAtMs: askedAtMs }),
  ];
  sale.audit.orders = [
    orderOf({ buyer: 1, status: 'CONFIRMED' }),
    orderOf({ buyer: 2, status: 'REJECTED', reason: 'PAYMENT_DECLINED', atMs: declinedAtMs }),
    orderOf({ buyer: 4, status: 'REJECTED', reason: 'OUT_OF_STOCK' }),
  ];
  return sale;
}

describe('verdict', () => {
  it('of a sale that kept every promise says so', () => {
    expect(judge(goodSale()).checks.filter(({ result }) => result !== 'KEPT')).toEqual([]);
    expect(judge(goodSale()).result).toBe('KEPT');
  });

  it('sees that more was sold than there was', () => {
    const sale = goodSale();
    sale.audit.levels = { sku: 'RUNNER', available: -1, reserved: 0, sold: 3, received: 2, setAside: 0 };
    sale.audit.orders[3] = orderOf({ buyer: 4, status: 'CONFIRMED' });
    expect(broken(sale)).toMatchObject({ 'Not one over': expect.stringContaining('3 sold of 2') });
  });

  it('sees more confirmed orders than units even when the stock figures look well', () => {
    const sale = goodSale();
    sale.audit.orders[3] = orderOf({ buyer: 4, status: 'CONFIRMED' });
    expect(broken(sale)).toMatchObject({
      'Not one over': '3 confirmed of 2',
      'What is sold is confirmed': '2 sold, 3 confirmed',
    });
  });

  it('sees a unit that vanished', () => {
    const sale = goodSale();
    sale.audit.levels = { ...sale.audit.levels, sold: 1 };
    expect(Object.keys(broken(sale))).toContain('Not one over');
  });

  it('finds a buyer who asked in vain long after a unit was free', () => {
    expect(broken(oneLeft({ askedAtMs: 9_000, declinedAtMs: 1_000 }))).toEqual({
      'Not one under': '1 left, 0 still reserved, and 1 buyers with a good card went without',
    });
  });

  it('forgives a unit that came back after the last buyer had asked', () => {
    expect(broken(oneLeft({ askedAtMs: 900, declinedAtMs: 1_000 }))).toEqual({});
    expect(broken(oneLeft({ askedAtMs: 2_500, declinedAtMs: 1_000 }))).toEqual({});
  });

  it('finds a buyer who asked in vain when units were never held, however early the buyer gave up', () => {
    const sale = oneLeft({ askedAtMs: 100, declinedAtMs: 1_000 });
    sale.stock = 3;
    sale.audit.levels = { sku: 'RUNNER', available: 2, reserved: 0, sold: 1, received: 3, setAside: 0 };
    sale.buyers = [
      buyerOf(1, 'BOUGHT'),
      buyerOf(2, 'DECLINED'),
      buyerOf(4, 'GAVE_UP', { lastAskedAtMs: 100 }),
    ];
    expect(Object.keys(broken(sale))).toEqual(['Not one under']);
  });

  it('accepts units left when all who wanted one and could pay have one', () => {
    const sale = oneLeft({ askedAtMs: 9_000, declinedAtMs: 1_000 });
    sale.buyers = [buyerOf(1, 'BOUGHT'), buyerOf(2, 'DECLINED')];
    expect(broken(sale)).toEqual({});
  });

  it('does not count as turned away who gave up and has bought all the same', () => {
    const sale = oneLeft({ askedAtMs: 9_000, declinedAtMs: 1_000 });
    sale.buyers = [buyerOf(1, 'GAVE_UP', { lastAskedAtMs: 9_000 }), buyerOf(2, 'DECLINED')];
    expect(broken(sale)).toEqual({});
  });

  it('sees an order that is not final, and one that is gone', () => {
    const sale = goodSale();
    sale.audit.orders[3] = orderOf({ buyer: 4, status: 'PENDING' });
    sale.buyers = [...sale.buyers, buyerOf(5, 'UNFINISHED')];
    const detail = broken(sale)['Every accepted order is kept and becomes final'];
    expect(detail).toContain('order-4 is still PENDING');
    expect(detail).toContain('order-5 of buyer-5 was accepted, and is not there');
  });

  it('sees a buyer who pays twice, and a declined card that pays', () => {
    const twice = goodSale();
    twice.audit.orders[2] = orderOf({ buyer: 1, status: 'CONFIRMED', id: 'order-again' });
    expect(broken(twice)['Nobody pays twice']).toBe('buyer-1 pays for 2 orders and wanted 1');
    const declined = goodSale();
    declined.audit.orders[1] = orderOf({ buyer: 2, status: 'CONFIRMED' });
    expect(broken(declined)['Nobody pays twice']).toContain('buyer-2 pays with a card that is declined');
  });

  it('sees a customer with more than the limit, and one who was refused for it with nothing bought', () => {
    const limit = 'Nobody buys more than the limit';
    const over = goodSale();
    over.buyers = over.buyers.with(0, buyerOf(1, 'BOUGHT', { wanted: 2 }));
    over.audit.orders[2] = orderOf({ buyer: 1, status: 'CONFIRMED', id: 'order-again' });
    expect(broken(over)[limit]).toBe('buyer-1 bought 2, and 1 is the limit');
    expect(broken(over)['Nobody pays twice']).toBeUndefined();
    const wronged = goodSale();
    wronged.buyers = [...wronged.buyers, buyerOf(5, 'LIMITED')];
    expect(broken(wronged)[limit]).toBe('buyer-5 was refused for the limit, and has bought nothing');
  });

  it('sees a double charge, and a saga that goes on, in the invariants', () => {
    const sale = goodSale();
    const breach = { promise: 2, holds: 'never captured twice', subject: 'order-1', breach: 'captured 9800' };
    sale.audit.invariants = { breaches: [breach], inFlight: [{ ...breach, breach: 'RUNNING' }], orders: 4 };
    expect(broken(sale)['Nobody pays twice']).toBe('order-1: captured 9800');
    const detail = broken(sale)['All invariants hold over all schemas'];
    expect(detail).toContain('promise 2, order-1: captured 9800');
    expect(detail).toContain('RUNNING');
  });

  it('sees a buyer who was told something else than what became of the order', () => {
    const sale = goodSale();
    sale.buyers = sale.buyers.with(3, buyerOf(4, 'BOUGHT'));
    expect(broken(sale)['Every buyer was told what became of the order']).toBe(
      'order order-4 is REJECTED, and its buyer was told BOUGHT',
    );
  });

  it('sees an answer that the contract does not know', () => {
    const sale = goodSale();
    sale.buyers = [...sale.buyers, buyerOf(5, 'REFUSED', { reason: 'HTTP 418' })];
    expect(broken(sale)['Every answer is one that the contract knows']).toBe('buyer-5 was answered HTTP 418');
  });

  it('keeps its examples short', () => {
    const sale = goodSale();
    sale.audit.orders = Array.from({ length: 9 }, (_, i) => orderOf({ buyer: i, status: 'PENDING' }));
    expect(broken(sale)['Every accepted order is kept and becomes final']).toContain('; and 6 more');
  });

  it('proves nothing of an interrupted sale, and calls a platform that does not answer broken', () => {
    expect(judge({ ...goodSale(), isInterrupted: true }).result).toBe('UNKNOWN');
    expect(judge({ ...goodSale(), audit: undefined }).result).toBe('BROKEN');
  });

  it('does without the invariants of a database out of reach', () => {
    const sale = goodSale();
    sale.audit.invariants = undefined;
    expect(judge(sale).result).toBe('KEPT');
  });
});
