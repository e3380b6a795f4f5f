import { createTestDatabase, type TestDatabase } from '@doorbuster/embedded/testing';
import { migrateSchema } from '@doorbuster/service/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cartSchema } from '../../../apps/cart/src/cart.schema.js';
import { catalogSchema } from '../../../apps/catalog/src/catalog.schema.js';
import { inventorySchema } from '../../../apps/inventory/src/inventory.schema.js';
import { ordersSchema } from '../../../apps/orders/src/orders.schema.js';
import { paymentsSchema } from '../../../apps/payments/src/payments.schema.js';
import { BOOKS_AGREE, CHARGED_ONCE } from '../src/charges.js';
import { findBreaches, findInFlight, RULES } from '../src/verify.js';
import { CHARGES, insertBaseCase, ORDER, SALE } from './fixtures/base-case.js';
import { CART_BREACHES, insertCarts } from './fixtures/cart-case.js';
import { PLANTED_BREACHES } from './fixtures/planted-breaches.js';

const SCHEMAS = [
  ['catalog', catalogSchema],
  ['inventory', inventorySchema],
  ['orders', ordersSchema],
  ['payments', paymentsSchema],
  ['cart', cartSchema],
] as const;

let database: TestDatabase;
let admin: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  await Promise.all(
    SCHEMAS.map(([service, schema]) => migrateSchema(schema, database.migratorUrl(service), 'silent')),
  );
  admin = new pg.Client({ connectionString: database.adminUrl });
  await admin.connect();
  await insertBaseCase(admin);
  await insertCarts(admin);
});
afterAll(async () => {
  await admin.end();
  await database.drop();
});

/** Runs `look` after `sql`, in a transaction that is rolled back. */
async function after<T>(sql: string, look: () => Promise<T>): Promise<T> {
  await admin.query('begin');
  try {
    await admin.query(DROP_CHECKS);
    await admin.query(sql);
    return await look();
  } finally {
    await admin.query('rollback');
  }
}

/** The database itself would refuse some of the breaches. */
const DROP_CHECKS = `do $$ declare checked record; begin
  for checked in select conrelid::regclass as table_name, conname from pg_constraint
    join pg_namespace n on n.oid = connamespace
    where contype = 'c' and nspname in ('catalog', 'inventory', 'orders', 'payments', 'cart')
  loop execute format('alter table %s drop constraint %I', checked.table_name, checked.conname); end loop;
end $$`;

describe('a shop in which everything is right', () => {
  it('breaks no rule, with the same SKU in and out of a sale, cancelled, refused, expired and stalled orders', async () => {
    expect(await findBreaches(admin, CHARGES)).toEqual([]);
  });

  it('has in flight what has not ended', async () => {
    const inFlight = await findInFlight(admin);
    expect(inFlight.map(({ subject, breach }) => `${subject}: ${breach}`).toSorted()).toEqual([
      `${ORDER.stalled}: checkout saga STALLED, waiting for commit-stock`,
      `${ORDER.underWay}: checkout saga RUNNING, waiting for authorise-payment`,
      `${ORDER.underWay}: payment AUTHORISING, the provider has not answered yet`,
    ]);
  });

  it('may have a charge that payments has not stored yet, until the checkout ends', async () => {
    const brokenFor = async (orderId: string): Promise<string[]> => {
      const unstored = `update payments.payments set status = 'AUTHORISED', captured_amount = 0
        where order_id = '${orderId}'`;
      const breaches = await after(unstored, () => findBreaches(admin, CHARGES));
      return breaches.map(({ holds }) => holds);
    };
    expect(await brokenFor(ORDER.stalled)).toEqual([]);
    expect(await brokenFor(ORDER.boughtInASaleThatIsOver)).toEqual(
      expect.arrayContaining([CHARGED_ONCE.holds, BOOKS_AGREE.holds]),
    );
  });

  it('has a cart in flight that has not received what became of its order', async () => {
    const notEmptied = `update cart.checkouts set state = 'OPEN', taken = '[]' where idempotency_key = '${ORDER.cancelled}'`;
    const notFilled = `update cart.checkouts set state = 'ACCEPTED', taken = lines where idempotency_key = '${ORDER.declined}'`;
    const inFlight = await after(`${notEmptied}; ${notFilled}`, () => findInFlight(admin));
    const carts = inFlight.filter(({ breach }) => breach.includes('cart'));
    expect(carts.map(({ subject }) => subject).toSorted()).toEqual(
      [ORDER.cancelled, ORDER.declined].toSorted(),
    );
  });

  it('has a sale in flight that waits for inventory', async () => {
    const waiting = `update catalog.sales set is_returned = false where id = '${SALE.over}'`;
    const inFlight = await after(waiting, () => findInFlight(admin));
    expect(inFlight.map(({ subject }) => subject)).toContain(SALE.over);
  });
});

const BREACHES = [...PLANTED_BREACHES, ...CART_BREACHES];

describe('a planted breach', () => {
  it.each(BREACHES)('$what: "$rule"', async ({ rule, sql = '', charges, subject, also = [] }) => {
    const breaches = await after(sql, () => findBreaches(admin, charges ?? CHARGES));
    expect(breaches.filter(({ holds }) => holds === rule).map((found) => found.subject)).toContain(subject);
    expect(new Set(breaches.map(({ holds }) => holds))).toEqual(new Set([rule, ...also]));
  });

  it('is there for every rule', () => {
    const planted = new Set(BREACHES.map(({ rule }) => rule));
    expect([...planted].toSorted()).toEqual(RULES.map(({ holds }) => holds).toSorted());
  });
});
