import { describe, expect, it } from 'vitest';
import { buy } from '../src/buyers/buy.js';
import type { BuyerPlan } from '../src/buyers/plan.js';
import type { SaleEvent } from '../src/buyers/sale-event.js';
import type { SaleFloor } from '../src/buyers/visit.js';
import { seededDice } from '../src/dice.js';
import type { Counter, OrderAttempt } from '../src/shop/counter.js';
import type { Answer } from '../src/shop/http.js';

const page = (available: number): Answer => said(200, { unitsLeft: available });
const said = (status: number, body: unknown = {}, retryAfterMs?: number): Answer => ({
  status,
  body,
  retryAfterMs,
});
const confirmed = said(201, { id: 'o', status: 'CONFIRMED' });
const soldOut = said(409, { code: 'OUT_OF_STOCK', orderId: 'o' });
const busy = said(503, { code: 'SERVICE_UNAVAILABLE' }, 1_000);

interface Script {
  pages?: (Answer | undefined)[];
  orders?: (Answer | undefined)[];
  looks?: (Answer | undefined)[];
  feed?: unknown[];
}

/** A shop that answers as scripted, its last answer for ever, in a time that passes only in pauses. */
function shopThat({ pages = [page(5)], orders = [confirmed], looks = [], feed = [] }: Script) {
  let nowMs = 0;
  const attempts: OrderAttempt[] = [];
  const events: SaleEvent[] = [];
  const next = (answers: (Answer | undefined)[]): Answer | undefined =>
    answers.length > 1 ? answers.shift() : answers[0];
  const counter: Counter = {
    viewProduct: async () => next(pages),
    viewSale: async () => next(pages),
    placeOrder: async (_, attempt) => {
      attempts.push(attempt);
      return next(orders);
    },
    getOrder: async () => next(looks),
    async *followOrder() {
      yield* feed;
    },
  };
  const floor: SaleFloor = {
    counter,
    clock: { now: () => nowMs, pause: async (ms) => void (nowMs += ms), isStopped: false },
    dice: seededDice(1),
    name: 'sale',
    options: { browse: 1, limit: 1, patienceMs: 20_000, settleMs: 60_000 },
    note: (event) => events.push(event),
    isSoldForGood: () => false,
  };
  return { floor, attempts, events, now: () => nowMs };
}

const plan: BuyerPlan = {
  number: 1,
  arrivesAtMs: 0,
  hasGoodCard: true,
  isGreedy: false,
  insists: false,
  follows: false,
};

describe('a buyer', () => {
  it('looks, orders, and leaves with what they came for', async () => {
    const shop = shopThat({});
    expect(await buy(shop.floor, plan)).toMatchObject({ outcome: 'BOUGHT', orders: [{ id: 'o' }] });
    expect(shop.events.map(({ kind }) => kind)).toEqual(['ARRIVED', 'VIEWED', 'ACCEPTED', 'SETTLED', 'LEFT']);
    expect(shop.attempts[0]).toMatchObject({ method: 'pm_card_visa', waitSeconds: 10 });
  });

  it('asks again with the same key after a lost answer, a 5xx and a 503, not before Retry-After', async () => {
    const shop = shopThat({ orders: [undefined, said(500), busy, confirmed] });
    expect(await buy(shop.floor, plan)).toMatchObject({ outcome: 'BOUGHT' });
    expect(shop.attempts).toHaveLength(4);
    expect(new Set(shop.attempts.map(({ key }) => key)).size).toBe(1);
    expect(shop.now()).toBeGreaterThan(1_000);
    const latency = shop.events.find(({ kind }) => kind === 'SETTLED');
    expect(latency).toMatchObject({ tookMs: shop.now() });
  });

  it('gives up when patience ends, and not later', async () => {
    const shop = shopThat({ orders: [busy] });
    expect(await buy(shop.floor, plan)).toMatchObject({ outcome: 'GAVE_UP' });
    expect(shop.now()).toBeGreaterThan(15_000);
    expect(shop.now()).toBeLessThanOrEqual(20_000);
  });

  it('leaves when told sold out; one who insists looks again, and orders anew with another key', async () => {
    expect(await buy(shopThat({ orders: [soldOut] }).floor, plan)).toMatchObject({ outcome: 'SOLD_OUT' });
    const shop = shopThat({ pages: [page(1), page(0), page(0), page(1)], orders: [soldOut, confirmed] });
    expect(await buy(shop.floor, { ...plan, insists: true })).toMatchObject({ outcome: 'BOUGHT' });
    expect(new Set(shop.attempts.map(({ key }) => key)).size).toBe(2);
  });

  it('who is greedy tries for one more than the limit, and keeps what they have when refused', async () => {
    const limited = said(409, { code: 'PURCHASE_LIMIT' });
    const shop = shopThat({ orders: [confirmed, limited] });
    const visit = await buy(shop.floor, { ...plan, isGreedy: true });
    expect(visit).toMatchObject({ outcome: 'BOUGHT', orders: [{ id: 'o' }] });
    expect(shop.attempts.map(({ key }) => key)).toHaveLength(2);
    expect(shop.events).toContainEqual(expect.objectContaining({ kind: 'SETTLED', outcome: 'LIMITED' }));
  });

  it('who insists leaves when patience ends, or when every unit is sold for good', async () => {
    const shop = shopThat({ pages: [page(1), page(0)], orders: [soldOut] });
    expect(await buy(shop.floor, { ...plan, insists: true })).toMatchObject({ outcome: 'SOLD_OUT' });
    expect(shop.now()).toBeGreaterThan(15_000);
    const over = shopThat({ pages: [page(1), page(0)], orders: [soldOut] });
    await buy({ ...over.floor, isSoldForGood: () => true }, { ...plan, insists: true });
    expect(over.now()).toBeLessThan(5_000);
  });

  it('who follows takes the 202 and hears the end from the feed', async () => {
    const feed = [{ status: 'PENDING' }, { status: 'CONFIRMED', reason: null }];
    const shop = shopThat({ orders: [said(202, { id: 'o' })], feed });
    expect(await buy(shop.floor, { ...plan, follows: true })).toMatchObject({ outcome: 'BOUGHT' });
    expect(shop.attempts[0]?.waitSeconds).toBeUndefined();
    expect(shop.events).toContainEqual({ kind: 'ACCEPTED', tookMs: 0 });
  });

  it('asks for the order when the feed breaks, longer than patience lasts', async () => {
    const pending = said(200, { status: 'PENDING' });
    const looks = [
      undefined,
      ...Array.from({ length: 8 }, () => pending),
      said(200, { status: 'CONFIRMED' }),
    ];
    const shop = shopThat({ orders: [said(202, { id: 'o' })], looks });
    expect(await buy(shop.floor, plan)).toMatchObject({ outcome: 'BOUGHT' });
    expect(shop.now()).toBeGreaterThan(15_000);
  });

  it('says so when an accepted order never ends', async () => {
    const looks = [said(200, { status: 'PENDING' })];
    const shop = shopThat({ orders: [said(202, { id: 'o' })], looks });
    expect(await buy(shop.floor, plan)).toMatchObject({
      outcome: 'UNFINISHED',
      orders: [{ id: 'o', outcome: 'UNFINISHED' }],
    });
  });

  it('takes a page without a figure for a page', async () => {
    const shop = shopThat({ pages: [said(200, { availability: null })] });
    expect(await buy(shop.floor, plan)).toMatchObject({ outcome: 'BOUGHT' });
  });
});
