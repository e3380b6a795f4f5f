import { NoAnswerError, type ApiResponse } from '@doorbuster/api-client';
import type { Order, OrderEvent, OrderStatus, ProductView, SaleView } from '@doorbuster/contracts';
import { describe, expect, it } from 'vitest';
import { buy } from '../src/buyers/buy.js';
import type { BuyerPlan } from '../src/buyers/plan.js';
import type { SaleEvent } from '../src/buyers/sale-event.js';
import type { SaleFloor } from '../src/buyers/visit.js';
import { seededRandom } from '../src/seeded-random.js';
import type { BuyerClient, OrderAttempt } from '../src/shop/buyer-client.js';
import { accepted, confirmed, orderOf, refusal } from './fixtures.js';

type Page = ProductView & SaleView;
const page = (unitsLeft: number | null) => ({ unitsLeft }) as Page;
const soldOut = refusal(409, 'OUT_OF_STOCK', { orderId: 'o' });
const busy = refusal(503, 'SERVICE_UNAVAILABLE', { retryAfter: '1' });
const noAnswer = new NoAnswerError('POST /v1/orders', 'broken');
const order = (status: OrderStatus) => orderOf({ buyer: 1, status });

/** Answers in turn, the last one for ever. */
interface Script {
  pages?: Page[];
  orders?: (ApiResponse<Order> | Error)[];
  looks?: (Order | Error)[];
  events?: OrderEvent[];
}

/** A shop that answers as scripted, in a time that passes only in pauses. */
function shopThat({ pages = [page(5)], orders = [confirmed('o')], looks = [], events: feed = [] }: Script) {
  let nowMs = 0;
  const attempts: OrderAttempt[] = [];
  const events: SaleEvent[] = [];
  const next = async <T>(answers: (T | Error)[]): Promise<T> => {
    const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? noAnswer;
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const client: BuyerClient = {
    viewProduct: () => next(pages),
    viewSale: () => next(pages),
    placeOrder(_, attempt) {
      attempts.push(attempt);
      return next(orders);
    },
    getOrder: () => next(looks),
    async *orderEvents() {
      yield* feed;
    },
  };
  const floor: SaleFloor = {
    client,
    clock: { now: () => nowMs, pause: async (ms) => void (nowMs += ms), isStopped: false },
    random: seededRandom(1),
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
  it('views the page, orders, and leaves with the product', async () => {
    const shop = shopThat({});
    expect(await buy(shop.floor, plan)).toMatchObject({ outcome: 'BOUGHT', orders: [{ id: 'o' }] });
    expect(shop.events.map(({ kind }) => kind)).toEqual(['ARRIVED', 'VIEWED', 'ACCEPTED', 'SETTLED', 'LEFT']);
    expect(shop.attempts[0]).toMatchObject({ method: 'pm_card_visa', waitSeconds: 10 });
  });

  it('sends the order again with the same key after a lost answer, a 500 and a 503, not before Retry-After', async () => {
    const shop = shopThat({ orders: [noAnswer, refusal(500, 'INTERNAL_ERROR'), busy, confirmed('o')] });
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

  it('leaves after "sold out"; one who insists looks again and orders with another key', async () => {
    expect(await buy(shopThat({ orders: [soldOut] }).floor, plan)).toMatchObject({ outcome: 'SOLD_OUT' });
    const shop = shopThat({ pages: [page(1), page(0), page(0), page(1)], orders: [soldOut, confirmed('o')] });
    expect(await buy(shop.floor, { ...plan, insists: true })).toMatchObject({ outcome: 'BOUGHT' });
    expect(new Set(shop.attempts.map(({ key }) => key)).size).toBe(2);
  });

  it('who is greedy orders one more than the limit, and keeps the first when that is refused', async () => {
    const limited = refusal(409, 'PURCHASE_LIMIT');
    const shop = shopThat({ orders: [confirmed('o'), limited] });
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

  it('who follows takes the 202 and learns the outcome from the events', async () => {
    const events = (['PENDING', 'CONFIRMED'] as const).map((status) => ({
      orderId: 'o',
      status,
      reason: null,
      at: '2030-01-01T12:00:00Z',
    }));
    const shop = shopThat({ orders: [accepted('o')], events });
    expect(await buy(shop.floor, { ...plan, follows: true })).toMatchObject({ outcome: 'BOUGHT' });
    expect(shop.attempts[0]?.waitSeconds).toBeUndefined();
    expect(shop.events).toContainEqual({ kind: 'ACCEPTED', tookMs: 0 });
  });

  it('reads the order when there are no events, longer than patience lasts', async () => {
    const pending = Array.from({ length: 8 }, () => order('PENDING'));
    const shop = shopThat({ orders: [accepted('o')], looks: [noAnswer, ...pending, order('CONFIRMED')] });
    expect(await buy(shop.floor, plan)).toMatchObject({ outcome: 'BOUGHT' });
    expect(shop.now()).toBeGreaterThan(15_000);
  });

  it('reports an accepted order that never becomes final', async () => {
    const shop = shopThat({ orders: [accepted('o')], looks: [order('PENDING')] });
    expect(await buy(shop.floor, plan)).toMatchObject({
      outcome: 'UNFINISHED',
      orders: [{ id: 'o', outcome: 'UNFINISHED' }],
    });
  });

  it('who insists orders again when the page of the sale has no figure', async () => {
    const shop = shopThat({ pages: [page(1), page(null)], orders: [soldOut, confirmed('o')] });
    expect(await buy(shop.floor, { ...plan, insists: true })).toMatchObject({ outcome: 'BOUGHT' });
  });
});
