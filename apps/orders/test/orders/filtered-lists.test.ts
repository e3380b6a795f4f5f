import { randomUUID } from 'node:crypto';
import { listOrders, type Actor, type Order, type OrderFilter, type Page } from '@doorbuster/contracts';
import { ADMIN, startTestServers, valueOf } from '@doorbuster/service/testing';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AppModule } from '../../src/app.module.js';
import { ordersSchema } from '../../src/orders.schema.js';
import { LAST_SCANNED, LIST_ORDERS, SCANNED_MAX } from '../../src/orders/order-list.sql.js';
import { OrdersUnderTest } from '../orders-under-test.js';

type Filter = Partial<OrderFilter>;
type Stored = Pick<Order, 'id' | 'customerId' | 'status' | 'reason'> & { skus: string[]; createdAt: Date };

const MINUTE_MS = 60_000;
/** Of an order in the middle of those with attributes of their own. */
const START = new Date(Date.now() - 30 * MINUTE_MS);
const at = (minutes: number): string => new Date(START.getTime() + minutes * MINUTE_MS).toISOString();
/** More than one page reads. All are older than {@link START}. */
const FILLERS = SCANNED_MAX + 5_000;

let orders: OrdersUnderTest;
let stored: Stored[];

/** Orders and their sagas. The id is that of a replica whose clock is `skew` ahead of the database's. */
const insert = (rows: string): Promise<unknown> =>
  orders.query(`with o as (
      insert into orders (id, customer_id, idempotency_key, status, reason, lines, total_amount, currency, payment_method,
                          created_at, updated_at)
      select uuidv7(at - clock_timestamp() + skew), customer, gen_random_uuid(), status, reason,
        (select jsonb_agg(jsonb_build_object('sku', sku, 'quantity', 1, 'unitPrice',
           jsonb_build_object('amount', 999, 'currency', 'USD'))) from unnest(string_to_array(skus, ' ')) as sku),
        999, 'USD', 'pm_card_visa', at, at
      from (${rows}) as r (at, skew, customer, status, reason, skus)
      returning id, status, created_at)
    insert into sagas (id, definition, version, state, stage, pending, refused, sequence, data, created_at, updated_at)
    select id, 'checkout', 1,
      case status when 'PENDING' then 'STALLED' when 'REJECTED' then 'COMPENSATED' else 'COMPLETED' end,
      1, '[]', '[]', 1, '{}', created_at, created_at from o`);

const insertOne = (
  minutes: number,
  status: Order['status'],
  reason: string | null,
  { customer = 'ann', skus = 'MUG', skew = '0' } = {},
): Promise<unknown> =>
  insert(`values (timestamptz '${at(minutes)}', interval '${skew}', '${customer}', '${status}',
    ${reason === null ? 'null::text' : `'${reason}'`}, '${skus}')`);

beforeAll(async () => {
  orders = new OrdersUnderTest(AppModule, await startTestServers(ordersSchema));
  await orders.startReplica();
  await insertOne(-300, 'PENDING', null, { skus: 'RARE' });
  await insert(`select now() - interval '3 hours' + n * interval '0.2 s', interval '0', 'customer-' || n % 500,
      case when n % 100 = 1 then 'REJECTED' when n % 500 = 2 then 'CANCELLED' else 'CONFIRMED' end,
      case when n % 100 = 1 then 'OUT_OF_STOCK' when n % 500 = 2 then 'CANCELLED_BY_CUSTOMER' end, 'FILLER'
    from generate_series(1, ${FILLERS}) n`);
  await insertOne(-4, 'CONFIRMED', null, { skus: 'MUG TEE' });
  await insertOne(-3, 'REJECTED', 'PAYMENT_DECLINED: insufficient_funds');
  await insertOne(-2, 'REJECTED', 'PAYMENT_DECLINED', { customer: 'bob', skus: 'TEE' });
  await insertOne(-1, 'CANCELLED', 'CANCELLED_BY_ADMIN', { skus: 'TEE' });
  await insertOne(0, 'CONFIRMED', null, { customer: 'bob' });
  await insertOne(0.5, 'CONFIRMED', null, { skew: '4 minutes' });
  await insertOne(1.5, 'PENDING', null, { skew: '-4 minutes' });
  await insertOne(2, 'REJECTED', 'OUT_OF_STOCK: TEE', { skus: 'TEE MUG' });
  await insertOne(3, 'PENDING', null, { customer: 'bob', skus: 'TEE' });
  stored =
    await orders.query(`select id, customer_id as "customerId", status, reason, created_at as "createdAt",
    array(select line->>'sku' from jsonb_array_elements(lines) line) as skus from orders order by id desc`);
  const owner = new pg.Client({ connectionString: orders.ownerUrl });
  await owner.connect();
  await owner.query('analyze orders.orders, orders.sagas');
  await owner.end();
});
afterAll(() => orders.stop());

const list = async (filter: Filter, actor: Actor = ADMIN): Promise<Page<Order>> =>
  valueOf(await orders.call(listOrders, { actor, limit: 20, ...filter }));

/** All pages, of up to `max` orders. */
async function listAll(filter: Filter, max: number): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | undefined; ids.length < max;) {
    const page = await list({ limit: 100, ...filter, cursor });
    ids.push(...page.items.map(({ id }) => id));
    if (page.nextCursor === null) break;
    cursor = page.nextCursor;
  }
  return ids.slice(0, max);
}

const matches = (order: Stored, filter: Filter): boolean =>
  (filter.status?.includes(order.status) ?? true) &&
  (filter.reason === undefined || filter.reason === order.reason?.replace(/:.*/, '')) &&
  (filter.customerId ?? order.customerId) === order.customerId &&
  (filter.sku === undefined || order.skus.includes(filter.sku)) &&
  (filter.createdAfter === undefined || order.createdAt >= new Date(filter.createdAfter)) &&
  (filter.createdBefore === undefined || order.createdAt < new Date(filter.createdBefore));

const FILTERS: Filter[] = [
  {},
  { status: ['PENDING'] },
  { status: ['CONFIRMED'] },
  { status: ['REJECTED'] },
  { status: ['CANCELLED'] },
  { status: ['REJECTED', 'CANCELLED'] },
  { status: ['PENDING', 'REJECTED'] },
  { reason: 'PAYMENT_DECLINED' },
  { reason: 'OUT_OF_STOCK' },
  { reason: 'CANCELLED_BY_CUSTOMER' },
  { customerId: 'bob' },
  { customerId: 'customer-7' },
  { sku: 'TEE' },
  { sku: 'RARE' },
  { createdAfter: at(0) },
  { createdAfter: at(1) },
  { createdBefore: at(0) },
  { createdBefore: at(1) },
  { createdAfter: at(0), createdBefore: at(1) },
  { status: ['REJECTED'], sku: 'MUG' },
  { status: ['PENDING'], sku: 'RARE' },
  { status: ['PENDING'], customerId: 'bob' },
  { status: ['CONFIRMED'], reason: 'OUT_OF_STOCK' },
  { reason: 'PAYMENT_DECLINED', createdAfter: at(-2) },
  { customerId: 'ann', sku: 'TEE' },
  {
    status: ['REJECTED', 'PENDING'],
    reason: 'OUT_OF_STOCK',
    customerId: 'ann',
    sku: 'TEE',
    createdAfter: at(1),
    createdBefore: at(3),
  },
];

describe.each(FILTERS)('the list with %j', (filter) => {
  it('has exactly the orders that match, newest first', async () => {
    const expected = stored.filter((order) => matches(order, filter)).slice(0, 250);
    expect(await listAll(filter, 250)).toEqual(expected.map(({ id }) => id));
  });

  it('is read from indexes', async () => {
    const query = vi.spyOn(DataSource.prototype, 'query');
    await list(filter);
    const asked = query.mock.calls.filter(([sql]) => sql === LIST_ORDERS || sql === LAST_SCANNED);
    query.mockRestore();
    expect(asked.length).toBeGreaterThan(0);
    for (const [sql, parameters] of asked) {
      const plan = await orders.query<{ 'QUERY PLAN': string }>(`explain ${sql}`, parameters as unknown[]);
      const lines = plan.map((row) => row['QUERY PLAN']);
      expect(lines.join('\n')).toMatch(/Index (Only )?Scan|Bitmap Index Scan/);
      expect(lines.join('\n')).not.toContain('Seq Scan');
      if (filter.customerId !== undefined) expect(lines.join('\n')).not.toContain('on sagas');
    }
  });
});

it('a page reads a bounded number of orders, and continues when it has found none', async () => {
  const first = await list({ sku: 'RARE' });
  expect(first.items).toEqual([]);
  const second = await list({ sku: 'RARE', cursor: first.nextCursor ?? '' });
  expect(second).toMatchObject({ items: [{ lines: [{ sku: 'RARE' }] }], nextCursor: null });
});

it('a cursor is refused with other filters, and the words say what to do', async () => {
  const { nextCursor } = await list({ status: ['REJECTED', 'CANCELLED'], limit: 1 });
  const plain = await list({ limit: 1 });
  const cursor = nextCursor ?? '';
  const same = await list({ status: ['CANCELLED', 'REJECTED'], limit: 2, cursor });
  expect(same.items).toHaveLength(2);
  const others: Filter[] = [
    { cursor },
    { cursor, status: ['REJECTED'] },
    { cursor, status: ['REJECTED', 'CANCELLED'], sku: 'TEE' },
    { cursor: plain.nextCursor ?? '', sku: 'TEE' },
    { cursor: cursor.split('.')[0], status: ['REJECTED', 'CANCELLED'] },
  ];
  for (const filter of others) {
    const reply = await orders.call(listOrders, { actor: ADMIN, limit: 20, ...filter });
    const detail = expect.stringContaining('repeat the filters');
    expect(reply).toMatchObject({ ok: false, error: { code: 'VALIDATION_FAILED', detail } });
  }
  for (const invalid of ['x', `.${cursor}`, '1.2']) {
    const reply = await orders.call(listOrders, { actor: ADMIN, limit: 20, cursor: invalid });
    expect(reply).toMatchObject({ ok: false, error: { code: 'VALIDATION_FAILED' } });
  }
});

it("a customer filters only their own orders; another's id finds nothing", async () => {
  const ann: Actor = { customerId: 'ann', role: 'customer' };
  const own = stored.filter(({ customerId }) => customerId === 'ann').map(({ id }) => id);
  expect((await list({}, ann)).items.map(({ id }) => id)).toEqual(own);
  expect((await list({ customerId: 'ann' }, ann)).items.map(({ id }) => id)).toEqual(own);
  expect(await list({ customerId: 'bob' }, ann)).toEqual({ items: [], nextCursor: null });
  const tees = (await list({ sku: 'TEE' }, ann)).items;
  expect(tees.map(({ customerId }) => customerId)).toEqual(['ann', 'ann', 'ann']);
});

it('a cursor neither repeats nor skips orders while others arrive and change', async () => {
  const customerId = `customer-${randomUUID()}`;
  for (let i = 0; i < 6; i += 1) await insertOne(10 + i, 'PENDING', null, { customer: customerId });
  const filter: Filter = { customerId, status: ['PENDING'], limit: 2 };
  const idsOf = ({ items }: Page<Order>): string[] => items.map(({ id }) => id);
  const newestFirst = idsOf(await list({ customerId }));
  const first = await list(filter);
  expect(idsOf(first)).toEqual(newestFirst.slice(0, 2));
  // The newest of the page before, and the first of the page to come, end; one more arrives.
  const ended = [newestFirst[0], newestFirst[2]];
  await orders.query(`update orders set status = 'CONFIRMED' where id = any($1::uuid[])`, [ended]);
  await orders.query(`update sagas set state = 'COMPLETED' where id = any($1::uuid[])`, [ended]);
  await insertOne(20, 'PENDING', null, { customer: customerId });
  const second = await list({ ...filter, cursor: first.nextCursor ?? '' });
  expect(idsOf(second)).toEqual(newestFirst.slice(3, 5));
  const third = await list({ ...filter, cursor: second.nextCursor ?? '' });
  expect(idsOf(third)).toEqual(newestFirst.slice(5));
  expect(third.nextCursor).toBeNull();
});
