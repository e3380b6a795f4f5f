import {
  AMOUNT_MAX,
  LINE_QUANTITY_MAX,
  ORDER_LINES_MAX,
  PRICE_AMOUNT_MAX,
  type PlaceOrderBody,
  type SaleStatus,
} from '@doorbuster/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decideOrders,
  requestKey,
  type IncomingRequest,
  type Market,
} from '../../src/orders/domain/decide-orders.js';

const prices = new Map([
  ['MUG', { amount: 999, currency: 'USD' }],
  ['TEE', { amount: 1_999, currency: 'USD' }],
  ['TASSE', { amount: 899, currency: 'EUR' }],
]);
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const request = (key: string, items: PlaceOrderBody['items'], customerId = 'ann'): IncomingRequest => ({
  customerId,
  idempotencyKey: key,
  body: { items, payment: { method: 'pm_card_visa' } },
  traceparent,
  expiresAt: 1,
});
const ordinary: Market = { prices, sales: new Map(), bought: new Map() };
const mug = [{ sku: 'MUG', quantity: 1 }];

function place(requests: IncomingRequest[], existing = new Map(), market: Market = ordinary) {
  let ids = 0;
  return decideOrders(requests, existing, market, new Date(0), () => `id-${(ids += 1)}`);
}

describe('placing a batch of orders', () => {
  it('charges the present price and adds up the total', () => {
    const { created } = place([request('a', [...mug, { sku: 'TEE', quantity: 3 }])]);
    expect(created[0]?.order).toMatchObject({
      status: 'PENDING',
      total: { amount: 999 + 3 * 1_999, currency: 'USD' },
      lines: [{ unitPrice: { amount: 999 } }, { unitPrice: { amount: 1_999 } }],
    });
  });

  it('refuses a SKU without a price, names it, and accepts the other requests of the batch', () => {
    const { replies, created } = place([request('a', [{ sku: 'GHOST', quantity: 1 }]), request('b', mug)]);
    expect(replies[0]).toMatchObject({ ok: false, error: { code: 'UNKNOWN_SKU' } });
    expect(replies[0]).toHaveProperty('error.detail', expect.stringContaining('GHOST'));
    expect(replies[1]?.ok).toBe(true);
    expect(created).toHaveLength(1);
  });

  it('refuses two currencies in one order', () => {
    const { replies } = place([request('a', [...mug, { sku: 'TASSE', quantity: 1 }])]);
    expect(replies[0]).toMatchObject({ ok: false, error: { code: 'CURRENCY_MISMATCH' } });
  });

  it('charges what the customer of a cart accepted, or refuses with the old prices and the new', () => {
    const items = [...mug, { sku: 'TEE', quantity: 3 }];
    const accepting = (tee: number): IncomingRequest => ({
      ...request('a', items),
      acceptedPrices: [
        { sku: 'TEE', unitPrice: { amount: tee, currency: 'USD' } },
        { sku: 'MUG', unitPrice: { amount: 999, currency: 'USD' } },
      ],
    });
    expect(place([accepting(1_999)])).toMatchObject({
      replies: [{ ok: true }],
      created: [{ isFromCart: true }],
    });
    const changes = [
      { sku: 'TEE', old: { amount: 1_899, currency: 'USD' }, new: { amount: 1_999, currency: 'USD' } },
    ];
    expect(place([accepting(1_899)])).toMatchObject({
      replies: [{ ok: false, error: { code: 'PRICE_CHANGED', changes } }],
      created: [],
    });
  });

  it('gives a cart the order of its key, also when prices have changed since', () => {
    const first = {
      ...request('a', mug),
      acceptedPrices: [{ sku: 'MUG', unitPrice: { amount: 999, currency: 'USD' } }],
    };
    const { created } = place([first]);
    const dearer = { ...ordinary, prices: new Map([['MUG', { amount: 1_500, currency: 'USD' }]]) };
    const existing = new Map([[requestKey('ann', 'a'), created[0]]]);
    expect(place([first], existing, dearer)).toMatchObject({ replies: [{ ok: true }], created: [] });
  });

  it('replies to a repeated key with the order of the first request, also within one batch', () => {
    const { replies, created } = place([request('a', mug), request('a', mug)]);
    expect(created).toHaveLength(1);
    expect(replies[1]).toEqual(replies[0]);
    const existing = new Map([[requestKey('ann', 'a'), created[0]]]);
    expect(place([request('a', mug)], existing)).toMatchObject({ created: [], replies: [{ ok: true }] });
  });

  it('accepts no expired request, but finds an order that its key has already', () => {
    const late = { ...request('a', mug), expiresAt: 0 };
    const refused = { ok: false, error: { code: 'SERVICE_TIMEOUT' } };
    expect(place([late])).toMatchObject({ created: [], replies: [refused] });
    const { created } = place([request('a', mug)]);
    const existing = new Map([[requestKey('ann', 'a'), created[0]]]);
    expect(place([late, { ...late, idempotencyKey: 'b' }], existing)).toMatchObject({
      created: [],
      replies: [{ ok: true }, refused],
    });
  });

  it('refuses a key that was used for another order of the same customer', () => {
    const { replies, created } = place([
      request('a', mug),
      request('a', [{ sku: 'MUG', quantity: 2 }]),
      request('a', mug, 'bob'),
    ]);
    expect(replies[1]).toMatchObject({ ok: false, error: { code: 'IDEMPOTENCY_KEY_REUSED' } });
    expect(created.map(({ order }) => order.customerId)).toEqual(['ann', 'bob']);
  });

  it('makes one order a key, for any requests', () => {
    const one = fc.record({
      key: fc.constantFrom('a', 'b', 'c'),
      customer: fc.constantFrom('ann', 'bob'),
      quantity: fc.integer({ min: 1, max: 2 }),
    });
    fc.assert(
      fc.property(fc.array(one), (asked) => {
        const requests = asked.map(({ key, customer, quantity }) =>
          request(key, [{ sku: 'MUG', quantity }], customer),
        );
        const { created, replies } = place(requests);
        const keys = created.map(({ order, idempotencyKey }) => requestKey(order.customerId, idempotencyKey));
        expect(new Set(keys).size).toBe(created.length);
        expect(new Set(keys)).toEqual(
          new Set(requests.map((r) => requestKey(r.customerId, r.idempotencyKey))),
        );
        expect(replies).toHaveLength(requests.length);
      }),
    );
  });

  it('cannot total more than the maximum amount', () => {
    expect(PRICE_AMOUNT_MAX * LINE_QUANTITY_MAX * ORDER_LINES_MAX).toBeLessThanOrEqual(AMOUNT_MAX);
  });
});

describe('buying in a sale', () => {
  const SALE = '0198f000-0000-7000-8000-00000000000a';
  const market = (status: SaleStatus, bought: Record<string, number> = {}): Market => ({
    prices,
    sales: new Map([
      [
        SALE,
        {
          id: SALE,
          sku: 'MUG',
          price: { amount: 500, currency: 'USD' },
          startsAt: '2026-01-01T12:00:00.000Z',
          endsAt: '2026-01-01T13:00:00.000Z',
          limitPerCustomer: 3,
          status,
        },
      ],
    ]),
    bought: new Map(Object.entries(bought).map(([customerId, n]) => [`${SALE} ${customerId}`, n])),
  });
  const inSale = (quantity: number, sku = 'MUG', saleId = SALE) => [{ sku, quantity, saleId }];

  it("charges the sale's price for its lines, and the ordinary price for the others", () => {
    const { created, purchases } = place([request('a', [...inSale(2), ...mug])], new Map(), market('OPEN'));
    expect(created[0]?.order).toMatchObject({
      lines: [{ saleId: SALE, unitPrice: { amount: 500 } }, { unitPrice: { amount: 999 } }],
      total: { amount: 2 * 500 + 999 },
    });
    expect(created[0]?.order.lines[1]).not.toHaveProperty('saleId');
    expect(purchases).toEqual([{ saleId: SALE, customerId: 'ann', quantity: 2 }]);
  });

  it.each([
    ['PREPARING', 'SALE_NOT_STARTED', '2026-01-01T12:00'],
    ['SCHEDULED', 'SALE_NOT_STARTED', '2026-01-01T12:00'],
    ['ENDED', 'SALE_ENDED', '2026-01-01T13:00'],
    ['REJECTED', 'SALE_ENDED', 'does not take place'],
  ] as const)('is refused while the sale is %s', (status, code, words) => {
    const { replies, created } = place([request('a', inSale(1))], new Map(), market(status));
    expect(replies).toMatchObject([{ ok: false, error: { code, detail: expect.stringContaining(words) } }]);
    expect(created).toEqual([]);
  });

  it('is refused in an unknown sale, and in a sale of another SKU', () => {
    const unknown = { ok: false, error: { code: 'UNKNOWN_SALE' } };
    const other = '0198f000-0000-7000-8000-00000000000b';
    const { replies } = place(
      [request('a', inSale(1, 'MUG', other)), request('b', inSale(1, 'TEE'))],
      new Map(),
      market('OPEN'),
    );
    expect(replies).toMatchObject([unknown, unknown]);
  });

  it('is refused over the limit: over several lines, orders of one batch, and earlier orders', () => {
    const requests = [
      request('a', [...inSale(1), ...inSale(1)]),
      request('b', inSale(2)),
      request('c', inSale(1)),
      request('d', inSale(1)),
      request('e', inSale(3), 'bob'),
    ];
    const outcome = (bought: Record<string, number>): boolean[] =>
      place(requests, new Map(), market('OPEN', bought)).replies.map(({ ok }) => ok);
    expect(outcome({})).toEqual([true, false, true, false, true]);
    expect(outcome({ ann: 1, bob: 1 })).toEqual([true, false, false, false, false]);
  });

  it('counts a repeated key once, and compares the sale, too', () => {
    const requests = [
      request('a', inSale(3)),
      request('a', inSale(3)),
      request('a', [{ sku: 'MUG', quantity: 3 }]),
    ];
    const { replies, purchases } = place(requests, new Map(), market('OPEN'));
    expect(replies[1]).toEqual(replies[0]);
    expect(replies[2]).toMatchObject({ error: { code: 'IDEMPOTENCY_KEY_REUSED' } });
    expect(purchases).toHaveLength(1);
  });

  it('accepts a request if and only if the customer stays within the limit', () => {
    const one = fc.record({
      customer: fc.constantFrom('ann', 'bob'),
      quantity: fc.integer({ min: 1, max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(one), (asked) => {
        const requests = asked.map(({ customer, quantity }, i) =>
          request(`k${i}`, inSale(quantity), customer),
        );
        const { replies, purchases } = place(requests, new Map(), market('OPEN'));
        const bought: Record<string, number> = { ann: 0, bob: 0 };
        asked.forEach(({ customer, quantity }, i) => {
          const ok = replies[i]?.ok;
          expect(ok).toBe((bought[customer] ?? 0) + quantity <= 3);
          if (ok) bought[customer] = (bought[customer] ?? 0) + quantity;
        });
        for (const { customerId, quantity } of purchases)
          bought[customerId] = (bought[customerId] ?? 0) - quantity;
        expect(bought).toEqual({ ann: 0, bob: 0 });
      }),
    );
  });
});
