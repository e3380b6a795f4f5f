import type pg from 'pg';

/** Tables with rows of orders, and the order that a row belongs to. Transitions find it through their saga. */
const TABLES: Readonly<Record<string, string>> = {
  'orders.orders': 't.id',
  'orders.sagas': `(t.data->>'orderId')::uuid`,
  'orders.saga_transitions': `(select (s.data->>'orderId')::uuid from orders.sagas s where s.id = t.saga_id)`,
  'inventory.reservations': 't.order_id',
  'payments.payments': 't.order_id',
  'payments.simulated_books': `split_part(t.authorisation_key, ':', 1)::uuid`,
};
const COPIED_AS_THEY_ARE = ['smallint', 'integer', 'bigint', 'boolean'];
/** One transaction each. It bounds the sort that keeps the copies in the order of their ids. */
const CHUNK = 20_000;
const ORDERS_PER_CUSTOMER = 20;

export interface Multiplication {
  /** Orders that have ended, of ordinary stock. Their SKUs need available units for all confirmed copies. */
  templates: readonly string[];
  copies: number;
  /** The copies are spread over this time, which is in the past. */
  from: Date;
  to: Date;
}

/**
 * Copies all rows of some orders, with new ids, customers, idempotency keys and times, and corrects the stock. The statement of
 * the payment provider gets no lines for the copies. No order may be in flight.
 */
export async function multiplyOrders(client: pg.Client, multiplication: Multiplication): Promise<void> {
  const statements: string[] = [];
  for (const [table, of] of Object.entries(TABLES)) statements.push(await copy(client, table, of));
  for (let first = 1; first <= multiplication.copies; first += CHUNK) {
    await client.query('begin');
    await planCopies(client, multiplication, first);
    for (const statement of statements) await client.query(statement);
    await client.query('commit');
  }
  await correctStock(client);
  // Otherwise autovacuum would do it during a measurement.
  for (const table of Object.keys(TABLES)) await client.query(`vacuum (analyze) ${table}`);
  await client.query('checkpoint');
}

/** Removes the rows of all orders, which have ended. */
export async function removeOrders(client: pg.Client): Promise<void> {
  await client.query(`truncate ${Object.keys(TABLES).join(', ')}`);
  await correctStock(client);
}

/** Bytes on disk of each table with its indexes. */
export async function diskBytes(client: pg.Client): Promise<Record<string, number>> {
  const sql = `select name, pg_total_relation_size(name::regclass)::float8 as bytes from unnest($1::text[]) name`;
  const { rows } = await client.query<{ name: string; bytes: number }>(sql, [Object.keys(TABLES)]);
  return Object.fromEntries(rows.map(({ name, bytes }) => [name, bytes]));
}

/** As `cancellationId` of orders does: the id of an order's cancellation saga is the order's with the last bit flipped. */
const cancellationOf = (id: string): string =>
  `left(${id}::text, -1) || translate(right(${id}::text, 1), '0123456789abcdef', '1032547698badcfe')`;

async function planCopies(
  client: pg.Client,
  { templates, copies, from, to }: Multiplication,
  first: number,
): Promise<void> {
  await client.query(
    `create temporary table copies (n int, template uuid, shift interval, old_id text, new_id text, old_cancellation text,
       new_cancellation text, old_key text, new_key text, old_customer text, new_customer text) on commit drop`,
  );
  await client.query(
    `with made as materialized (
       select n, ($1::uuid[])[n % cardinality($1) + 1] as template,
         uuidv7($4::timestamptz + ($5::timestamptz - $4) * (n / $6::float8) - clock_timestamp()) as id
       from generate_series($2::int, $3::int) n)
     insert into copies
     select n, template, uuid_extract_timestamp(made.id) - o.created_at, template::text, made.id::text,
       ${cancellationOf('template')}, ${cancellationOf('made.id')}, o.idempotency_key, gen_random_uuid()::text,
       o.customer_id, 'past-customer-' || n % $7::int
     from made join orders.orders o on o.id = template`,
    [
      templates,
      first,
      Math.min(first + CHUNK - 1, copies),
      from,
      to,
      copies,
      Math.ceil(copies / ORDERS_PER_CUSTOMER),
    ],
  );
  await client.query('analyze copies');
}

/** @param of the order of a row `t` */
async function copy(client: pg.Client, table: string, of: string): Promise<string> {
  const { rows } = await client.query<{ name: string; type: string }>(
    `select quote_ident(attname) as name, format_type(atttypid, atttypmod) as type from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''`,
    [table],
  );
  const values = rows.map(({ name, type }) => copied(`t.${name}`, type));
  return `insert into ${table} (${rows.map(({ name }) => name).join(', ')})
    select ${values.join(', ')}
    from ${table} t join copies c on c.template = ${of} order by c.n`;
}

function copied(column: string, type: string): string {
  if (type === 'timestamp with time zone') return `${column} + c.shift`;
  if (COPIED_AS_THEY_ARE.includes(type)) return column;
  const text = ['id', 'cancellation', 'key', 'customer'].reduce(
    (value, each) => `replace(${value}, c.old_${each}, c.new_${each})`,
    `${column}::text`,
  );
  return `${text}::${type}`;
}

/** Units sold are those of the committed reservations. They come from the available ones, so `received` stays. */
async function correctStock(client: pg.Client): Promise<void> {
  await client.query(`
    update inventory.stock s set sold = counted.sold, available = s.available - (counted.sold - s.sold)
    from (select p.sku, p.sale_id, coalesce(sum(units), 0) as sold
          from inventory.stock p left join (
            select line->>'sku' as sku, (line->>'saleId')::uuid as sale_id, (line->>'quantity')::int as units
            from inventory.reservations, jsonb_array_elements(lines) line where status = 'COMMITTED') l
          on l.sku = p.sku and coalesce(l.sale_id, '00000000-0000-0000-0000-000000000000') = p.sale_id
          group by 1, 2) counted
    where (s.sku, s.sale_id) = (counted.sku, counted.sale_id) and s.sold <> counted.sold`);
}
