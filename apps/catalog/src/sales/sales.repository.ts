import type { CreateSaleBody, Money, SaleFilter } from '@doorbuster/contracts';
import { isNotStuck } from '@doorbuster/persistence';
import type { EntityManager } from 'typeorm';
import type { SaleRecord } from './domain/sale.js';

const COLUMNS = `id, version, sku, jsonb_build_object('amount', price_amount, 'currency', price_currency) as price,
  starts_at as "startsAt", ends_at as "endsAt", units, limit_per_customer as "limitPerCustomer", status, reason,
  is_returned as "isReturned", attempts, next_action_at as "nextActionAt", created_at as "createdAt",
  updated_at as "updatedAt"`;

/** The only clock that opens and closes sales. */
export async function databaseNow(tx: EntityManager): Promise<Date> {
  const [row]: { now: Date }[] = await tx.query('select now() as now');
  if (!row) throw new Error('the database does not know the time');
  return row.now;
}

export async function findSale(db: EntityManager, id: string): Promise<SaleRecord | undefined> {
  const rows: SaleRecord[] = await db.query(`select ${COLUMNS} from sales where id = $1`, [id]);
  return rows[0];
}

/** Newest first; `cursor` is the id of the last one seen. */
export function listSales(
  db: EntityManager,
  { status, sku, cursor }: SaleFilter,
  limit: number,
): Promise<SaleRecord[]> {
  return db.query(
    `select ${COLUMNS} from sales
     where ($1::text is null or status = $1) and ($2::text is null or sku = $2) and ($3::uuid is null or id < $3)
     order by id desc limit $4`,
    [status ?? null, sku ?? null, cursor ?? null, limit],
  );
}

/** In the order of their ids. */
export const findSalesAfter = (tx: EntityManager, id: string, limit: number): Promise<SaleRecord[]> =>
  tx.query(`select ${COLUMNS} from sales where id > $1 order by id limit $2`, [id, limit]);

/** In the order of their ids. */
export const lockSales = (tx: EntityManager, ids: readonly string[]): Promise<SaleRecord[]> =>
  tx.query(`select ${COLUMNS} from sales where id = any($1::uuid[]) order by id for update`, [ids]);

/** The sale clock's name in `stuck_items`. */
export const SALES_JOB = 'sales';
const IS_NOT_STUCK = isNotStuck(SALES_JOB, 'sales.id');

/** Due sales that no other replica has locked: all except the stuck ones, or only the given one. */
export const lockDueSales = (tx: EntityManager, limit: number, onlyId?: string): Promise<SaleRecord[]> =>
  tx.query(
    `select ${COLUMNS} from sales
     where next_action_at <= now() and case when $2::uuid is null then ${IS_NOT_STUCK} else id = $2 end
     order by next_action_at limit $1 for update skip locked`,
    [limit, onlyId ?? null],
  );

export async function dueSaleIds(db: EntityManager, limit: number): Promise<string[]> {
  const rows: { id: string }[] = await db.query(
    `select id from sales where next_action_at <= now() and ${IS_NOT_STUCK} order by next_action_at limit $1`,
    [limit],
  );
  return rows.map(({ id }) => id);
}

/** Whether a sale's moment comes within this time. A stuck one does not count. */
export async function isSaleDueWithin(db: EntityManager, ms: number): Promise<boolean> {
  const rows: unknown[] = await db.query(
    `select from sales where next_action_at <= now() + $1 * interval '1 millisecond' and ${IS_NOT_STUCK} limit 1`,
    [ms],
  );
  return rows.length > 0;
}

/** Whether another sale of the SKU is, or will be, on at that time. To be asked with the product locked. */
export async function overlapsAnother(
  tx: EntityManager,
  { id, sku, startsAt, endsAt }: Pick<SaleRecord, 'id' | 'sku' | 'startsAt' | 'endsAt'>,
): Promise<boolean> {
  const rows: unknown[] = await tx.query(
    `select from sales where sku = $1 and id <> $2 and status in ('PREPARING', 'SCHEDULED', 'OPEN')
       and starts_at < $4 and ends_at > $3 limit 1`,
    [sku, id, startsAt, endsAt],
  );
  return rows.length > 0;
}

/** The sale that this key made, and whether it was asked for in the same words. */
export async function findSaleByKey(
  tx: EntityManager,
  idempotencyKey: string,
  request: CreateSaleBody,
): Promise<(SaleRecord & { isSame: boolean }) | undefined> {
  const rows: (SaleRecord & { isSame: boolean })[] = await tx.query(
    `select ${COLUMNS}, request = $2::jsonb as "isSame" from sales where idempotency_key = $1`,
    [idempotencyKey, JSON.stringify(request)],
  );
  return rows[0];
}

export async function insertSale(
  tx: EntityManager,
  sale: SaleRecord,
  idempotencyKey: string,
  request: CreateSaleBody,
): Promise<void> {
  const { amount, currency }: Money = sale.price;
  await tx.query(
    `insert into sales (id, version, sku, price_amount, price_currency, starts_at, ends_at, units, limit_per_customer,
                        limit_per_customer_max, status, attempts, next_action_at, idempotency_key, request, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10, $11, $12, $13, $14, $15, $16)`,
    [
      sale.id,
      sale.version,
      sale.sku,
      amount,
      currency,
      sale.startsAt,
      sale.endsAt,
      sale.units,
      sale.limitPerCustomer,
      sale.status,
      sale.attempts,
      sale.nextActionAt,
      idempotencyKey,
      JSON.stringify(request),
      sale.createdAt,
      sale.updatedAt,
    ],
  );
}

/** Whatever of a sale can change. */
export async function updateSales(tx: EntityManager, sales: readonly SaleRecord[]): Promise<void> {
  await tx.query(
    `update sales s
     set version = u.version, price_amount = (u.price->>'amount')::bigint, price_currency = u.price->>'currency',
         starts_at = u."startsAt", ends_at = u."endsAt", limit_per_customer = u."limitPerCustomer",
         limit_per_customer_max = greatest(s.limit_per_customer_max, u."limitPerCustomer"), status = u.status,
         reason = u.reason, is_returned = u."isReturned", attempts = u.attempts, next_action_at = u."nextActionAt",
         updated_at = u."updatedAt"
     from json_to_recordset($1) as u (id uuid, version int, price json, "startsAt" timestamptz, "endsAt" timestamptz,
       "limitPerCustomer" int, status text, reason text, "isReturned" boolean, attempts int,
       "nextActionAt" timestamptz, "updatedAt" timestamptz)
     where s.id = u.id`,
    [JSON.stringify(sales)],
  );
}
