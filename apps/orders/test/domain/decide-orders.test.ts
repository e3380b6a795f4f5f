import { AMOUNT_MAX, LINE_QUANTITY_MAX, ORDER_LINES_MAX, PRICE_AMOUNT_MAX } from '@doorbuster/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideOrders, requestKey, type IncomingRequest } from '../../src/domain/decide-orders.js';

const prices = new Map([
  ['MUG', { amount: 999, currency: 'USD' }],
  ['TEE', { amount: 1_999, currency: 'USD' }],
  ['TASSE', { amount: 899, currency: 'EUR' }],
]);
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const request = (
  key: string,
  items: { sku: string; quantity: number }[],
  customerId = 'ann',
): IncomingRequest => ({
  customerId,
  idempotencyKey: key,
  body: { items, payment: { method: 'pm_card_visa' } },
  traceparent,
  expiresAt: 1,
});
const mug = [{ sku: 'MUG', quantity: 1 }];

function place(requests: IncomingRequest[], existing = new Map()) {
  let ids = 0;
  return decideOrders(requests, existing, prices, new Date(0), () => `id-${(ids += 1)}`);
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

  it('refuses what has no price, naming it, and keeps the others of the batch', () => {
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

  it('answers a repeated key with the order of the first request, also within one batch', () => {
    const { replies, created } = place([request('a', mug), request('a', mug)]);
    expect(created).toHaveLength(1);
    expect(replies[1]).toEqual(replies[0]);
    const existing = new Map([[requestKey('ann', 'a'), created[0]]]);
    expect(place([request('a', mug)], existing)).toMatchObject({ created: [], replies: [{ ok: true }] });
  });

  it('makes no order of what has expired, but finds the one that its key has already', () => {
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

  it('refuses a key that was used for another order, and leaves other customers alone', () => {
    const { replies, created } = place([
      request('a', mug),
      request('a', [{ sku: 'MUG', quantity: 2 }]),
      request('a', mug, 'bob'),
    ]);
    expect(replies[1]).toMatchObject({ ok: false, error: { code: 'IDEMPOTENCY_KEY_REUSED' } });
    expect(created.map(({ order }) => order.customerId)).toEqual(['ann', 'bob']);
  });

  it('makes one order a key, whatever is asked', () => {
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

  it('cannot total more than money can say', () => {
    expect(PRICE_AMOUNT_MAX * LINE_QUANTITY_MAX * ORDER_LINES_MAX).toBeLessThanOrEqual(AMOUNT_MAX);
  });
});
