import { randomUUID } from 'node:crypto';
import {
  beginCheckout,
  cartOrderChanged,
  removeCartItem,
  type Actor,
  type OrderStatus,
} from '@doorbuster/contracts';
import { eventually } from '@doorbuster/embedded/testing';
import { newEvent, type OutgoingEvent } from '@doorbuster/messaging';
import { valueOf } from '@doorbuster/service/testing';
import { newTraceparent } from '@doorbuster/telemetry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CartUnderTest, usd } from './cart-under-test.js';

let service: CartUnderTest;
beforeAll(async () => {
  service = await CartUnderTest.start(2);
});
afterAll(() => service?.stop());

const payment = { method: 'pm_card_visa' };
const TEES = [{ sku: 'TEE', quantity: 2, unitPrice: usd(1_999) }];
const begin = (actor: Actor, idempotencyKey: string, more = {}) =>
  service.call(beginCheckout, { actor, idempotencyKey, payment, ...more });

async function customerWith(units: Record<string, number>): Promise<Actor> {
  const actor = service.newCustomer();
  for (const [sku, quantity] of Object.entries(units)) valueOf(await service.put(actor, sku, quantity));
  return actor;
}

const statusOf = (
  { customerId }: Actor,
  idempotencyKey: string,
  status: OrderStatus,
  orderId = randomUUID(),
): OutgoingEvent => {
  const data = { customerId, idempotencyKey, orderId, status };
  return newEvent(cartOrderChanged, { subject: orderId, data, traceparent: newTraceparent() });
};

const unitsBecome = (actor: Actor, units: Record<string, number>) =>
  eventually(
    async () => {
      const now = await service.units(actor);
      return JSON.stringify(now) === JSON.stringify(units) || undefined;
    },
    `the cart to be ${JSON.stringify(units)}`,
  );

describe('a key buys what it bought first', () => {
  it('also after the cart has changed, a replica was replaced and the order is rejected', async () => {
    const actor = await customerWith({ TEE: 2 });
    expect(valueOf(await begin(actor, 'k1'))).toEqual({ lines: TEES });
    await service.stopReplica();
    await service.addReplica();
    valueOf(await service.call(removeCartItem, { actor, sku: 'TEE' }));
    valueOf(await service.put(actor, 'MUG', 1));
    expect(valueOf(await begin(actor, 'k1'))).toEqual({ lines: TEES });
    await service.settle(actor, 'k1', 'PENDING');
    await service.settle(actor, 'k1', 'REJECTED');
    expect(valueOf(await begin(actor, 'k1'))).toEqual({ lines: TEES });
    expect(await service.units(actor)).toEqual({ MUG: 1 });
  });

  it('when it is sent twice at the same time', async () => {
    const actor = await customerWith({ TEE: 2 });
    const replies = await Promise.all(Array.from({ length: 6 }, () => begin(actor, 'k1')));
    expect(replies.map(valueOf)).toEqual(replies.map(() => ({ lines: TEES })));
  });

  it('and is refused with another body', async () => {
    const actor = await customerWith({ TEE: 2 });
    const acceptedPrices = [
      { sku: 'TEE', unitPrice: usd(1_800) },
      { sku: 'MUG', unitPrice: usd(1) },
    ];
    const lines = [{ ...TEES[0], unitPrice: usd(1_800) }];
    expect(valueOf(await begin(actor, 'k1', { acceptedPrices }))).toEqual({ lines });
    // The order of the prices does not matter.
    const again = await begin(actor, 'k1', { acceptedPrices: acceptedPrices.toReversed() });
    expect(valueOf(again)).toEqual({ lines });
    const refusal = { error: { code: 'IDEMPOTENCY_KEY_REUSED' } };
    expect(await begin(actor, 'k1')).toMatchObject(refusal);
    expect(await begin(actor, 'k1', { acceptedPrices, payment: { method: 'pm_sim_slow' } })).toMatchObject(
      refusal,
    );
  });
});

it('two keys at the same time: one buys the cart, the other is refused; after a refusal it may buy', async () => {
  const actor = await customerWith({ TEE: 2 });
  const replies = await Promise.all([begin(actor, 'k1'), begin(actor, 'k2')]);
  const refused = replies.flatMap((reply, i) => (reply.ok ? [] : [{ code: reply.error.code, i }]));
  expect(refused).toMatchObject([{ code: 'CART_EMPTY' }]);
  const [winner, loser] = refused[0]?.i === 0 ? ['k2', 'k1'] : ['k1', 'k2'];
  await service.settle(actor, winner, 'NOT_PLACED');
  expect(valueOf(await begin(actor, loser))).toEqual({ lines: TEES });
});

it('a checkout without an outcome stops to hold its units after a while', async () => {
  const actor = await customerWith({ TEE: 2 });
  valueOf(await begin(actor, 'k1'));
  await service.query(`update checkouts set holds_until = now() where customer_id = $1`, [actor.customerId]);
  expect(valueOf(await begin(actor, 'k2'))).toEqual({ lines: TEES });
});

it('an empty cart is not checked out, and its key stays free', async () => {
  const actor = service.newCustomer();
  expect(await begin(actor, 'k1')).toMatchObject({ error: { code: 'CART_EMPTY' } });
  valueOf(await service.put(actor, 'TEE', 2));
  expect(valueOf(await begin(actor, 'k1'))).toEqual({ lines: TEES });
});

describe('what orders says of the order', () => {
  it('accepted: the cart loses what was bought, and keeps what was added since', async () => {
    const actor = await customerWith({ TEE: 2, MUG: 1 });
    valueOf(await begin(actor, 'k1'));
    valueOf(await service.put(actor, 'TEE', 5));
    const accepted = statusOf(actor, 'k1', 'PENDING');
    await service.publish(accepted, accepted);
    await unitsBecome(actor, { TEE: 3 });
    await service.settle(actor, 'k1', 'CONFIRMED');
    expect(await service.units(actor)).toEqual({ TEE: 3 });
  });

  it('accepted and rejected, in either order and twice: the cart is as before', async () => {
    const before = { TEE: 2, MUG: 1 };
    const [first, second] = [await customerWith(before), await customerWith(before)];
    for (const actor of [first, second]) valueOf(await begin(actor, 'k1'));
    const marker = await customerWith({ TEE: 1 });
    valueOf(await begin(marker, 'k1'));
    const rejected = statusOf(first, 'k1', 'REJECTED');
    await service.publish(statusOf(first, 'k1', 'PENDING'), rejected, rejected);
    await service.publish(statusOf(second, 'k1', 'REJECTED'), statusOf(second, 'k1', 'PENDING'));
    // Events of one consumer are handled in turn.
    await service.publish(statusOf(marker, 'k1', 'PENDING'));
    await unitsBecome(marker, {});
    await unitsBecome(first, before);
    await unitsBecome(second, before);
    const states = await service.query(
      'select state from checkouts where customer_id = any($1) order by customer_id',
      [[first.customerId, second.customerId]],
    );
    expect(states).toEqual([{ state: 'REJECTED' }, { state: 'REJECTED' }]);
  });

  it('cancelled later: nothing comes back', async () => {
    const actor = await customerWith({ TEE: 2 });
    valueOf(await begin(actor, 'k1'));
    for (const outcome of ['PENDING', 'CONFIRMED', 'CANCELLED'] as const) {
      await service.settle(actor, 'k1', outcome);
    }
    expect(await service.units(actor)).toEqual({});
  });

  it('of a key that no cart has bought with changes nothing', async () => {
    const actor = await customerWith({ TEE: 2 });
    await service.settle(actor, 'unknown', 'PENDING');
    expect(await service.units(actor)).toEqual({ TEE: 2 });
  });
});
