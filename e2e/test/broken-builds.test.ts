import { expect, it } from 'vitest';
import type { Patch } from './fixtures/patched-build.js';
import { saleOf } from './fixtures/sale-of-broken-build.js';

const DECISION = 'apps/inventory/dist/domain/decide-commands.js';
const PROMISE = {
  notOver: 'Not one over: no unit is sold twice',
  notUnder: 'Not one under: nobody is turned away while a unit is left',
  soldIsConfirmed: 'What is sold is confirmed, and what is confirmed is sold',
  ordersKept: 'Every accepted order is kept and becomes final',
  paysOnce: 'Nobody pays twice, and no declined card pays',
  invariants: 'All invariants hold over all schemas',
} as const;

/** What would take the last unit is not written down: so it stays available, and the stock's own books look right. */
const lastUnitForEverybody: Patch = {
  module: DECISION,
  text: 'const lines = onePerPool(requested);',
  instead: `const lines = onePerPool(requested)
    .filter((line) => (book.pool(line)?.available ?? 0) > line.quantity);`,
};

/** Says "released", and holds on to the units. */
const releaseDropped: Patch = {
  module: DECISION,
  text: 'if (to && reservation)',
  instead: `if (kind === 'release') return { kind: 'released', orderId };
    if (to && reservation)`,
};

/** Holds the price a second time, with another key, and takes that too. Our own books know of one payment only. */
const chargedTwice: Patch = {
  module: 'apps/payments/dist/operations/ask-provider.js',
  text: 'const answer = await provider.capture({ key, ...held(payment) }, signal);',
  instead: `const { amount, method } = payment;
            const second = await provider.authorise({ key: key + ':second', amount, method }, signal);
            await provider.capture({ key: key + ':second', amount, reference: second.reference }, signal);
            const answer = await provider.capture({ key, ...held(payment) }, signal);`,
};

/** Accepts the order of every customer, and forgets those of some. */
const orderForgotten: Patch = {
  module: 'apps/orders/dist/intake/order-intake.js',
  text: 'await this.orders.insert(tx, created);',
  instead: `const kept = created.filter(({ order }) => !order.customerId.endsWith('7'));
            created.splice(0, created.length, ...kept);
            await this.orders.insert(tx, created);`,
};

it('a stock that promises its last unit to everybody is found out', async () => {
  const { exitCode, broken } = await saleOf(lastUnitForEverybody);
  expect(exitCode).toBe(1);
  expect(Object.keys(broken)).toEqual([PROMISE.notOver, PROMISE.soldIsConfirmed, PROMISE.invariants]);
  expect(broken[PROMISE.notOver]).toMatch(/^\d+ confirmed of 30$/);
});

it('a stock that keeps what it should release is found out', async () => {
  const { exitCode, broken } = await saleOf(releaseDropped, '--insist', '50');
  expect(exitCode).toBe(1);
  expect(Object.keys(broken)).toEqual([PROMISE.notUnder, PROMISE.soldIsConfirmed, PROMISE.invariants]);
  expect(broken[PROMISE.soldIsConfirmed]).toMatch(/ still reserved$/);
});

it('a second charge that our own books do not know of is found out', async () => {
  const { exitCode, broken } = await saleOf(chargedTwice);
  expect(exitCode).toBe(1);
  expect(Object.keys(broken)).toEqual([PROMISE.paysOnce, PROMISE.invariants]);
  expect(broken[PROMISE.paysOnce]).toMatch(/:second: charged 4900 by the provider/);
});

it('an order that was accepted and is kept nowhere is found out', async () => {
  const { exitCode, broken } = await saleOf(orderForgotten, '--follow', '100');
  expect(exitCode).toBe(1);
  // It counts for its customer's limit, and is not there.
  expect(Object.keys(broken)).toEqual([PROMISE.ordersKept, PROMISE.invariants]);
  expect(broken[PROMISE.ordersKept]).toMatch(/buyer-\d*7 was accepted, and is not there/);
});
