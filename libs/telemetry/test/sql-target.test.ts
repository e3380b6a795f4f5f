import { expect, it } from 'vitest';
import { sqlTarget } from '../src/sql-target.js';

const named = (text: string): string => {
  const { operation, collection } = sqlTarget(text, 'orders');
  return collection === undefined ? operation : `${operation} ${collection}`;
};

it.each([
  ['select id from orders where id = any($1::uuid[]) order by id for update', 'SELECT orders.orders'],
  ['SELECT "p"."sku" AS "a" FROM "catalog"."products" "p" WHERE "p"."sku" = $1', 'SELECT catalog.products'],
  ['INSERT INTO "orders"."outbox"("id") VALUES ($1) ON CONFLICT DO NOTHING', 'INSERT orders.outbox'],
  [
    'insert into sale_purchases (a) select 1 on conflict (a) do update set a = 2',
    'INSERT orders.sale_purchases',
  ],
  ['\n  update stock s set units = 1 from (select 2) d where s.sku = d.sku', 'UPDATE orders.stock'],
  ['delete from only outbox where id = any($1)', 'DELETE orders.outbox'],
  [
    'delete from stuck_items s where not exists (select from outbox where id::text = s.item_id)',
    'DELETE orders.stuck_items',
  ],
  ['select from pg_stat_activity where usename = current_user', 'SELECT pg_stat_activity'],
])('names the table: %s', (text, name) => expect(named(text)).toBe(name));

it.each([
  [
    `with clock as materialized (select now() as now), time as (select min(by - now) from clock, unnest($1) as by)
     select now, (select json_agg(p) from (select sku from prices where sku = any($5)) p) from clock, time`,
    'SELECT orders.prices',
  ],
  [
    `with hits as (select sku, ts_rank(search, words) as score from products, websearch_to_tsquery('english', $1) as words)
     select * from hits order by score`,
    'SELECT orders.products',
  ],
  [
    `with entered as (insert into simulated_books as known (k) select * from unnest($1::text[]) returning *)
     select * from entered union all select * from simulated_books`,
    'INSERT orders.simulated_books',
  ],
  [
    'select o.id from unnest($1::text[], $2::text[]) as r (a, b) join orders o using (a, b)',
    'SELECT orders.orders',
  ],
  [
    `insert into orders (id) select id from json_to_recordset($1) as o (id uuid) order by id`,
    'INSERT orders.orders',
  ],
  [
    `update payments set attempts = 1 where id = any(array(select id from payments for update skip locked))`,
    'UPDATE orders.payments',
  ],
])('names the main table of a batch: %s', (text, name) => expect(named(text)).toBe(name));

it('is not misled by functions, texts and comments', () => {
  expect(named('select (extract(epoch from created_at) * 1000) as at from sagas')).toBe(
    'SELECT orders.sagas',
  );
  expect(named(`select 'delete from x' as a -- from y\n from sagas`)).toBe('SELECT orders.sagas');
  expect(named('/* insert into x */ select a is distinct from b from sagas')).toBe('SELECT orders.sagas');
});

it.each([
  ['START TRANSACTION', 'START TRANSACTION'],
  ['COMMIT', 'COMMIT'],
  ['ROLLBACK', 'ROLLBACK'],
  ['select now() as now', 'SELECT'],
  [`select set_config('lock_timeout', $1, true)`, 'SELECT'],
  ['', 'UNKNOWN'],
])('names a statement without a table after its command: %s', (text, name) => expect(named(text)).toBe(name));
