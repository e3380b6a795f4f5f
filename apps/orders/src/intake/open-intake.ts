import type { Money, PlaceOrderRequest } from '@doorbuster/contracts';
import { DATABASE_NOW, endTransactionIn, registerDeadline } from '@doorbuster/persistence';
import type { EntityManager } from 'typeorm';
import { requestKey } from '../domain/decide-orders.js';
import { isSaleItem, purchaseKey, purchasesOf } from '../domain/sale-terms.js';

/** A request with less time left is refused, since its deadline would end the transaction of its whole batch. */
export const LEAST_MS = 250;
/** Only a hung process holds a lock longer than this. */
const LOCK_TIMEOUT_MS = 1_000;

/** What the first statement of an intake transaction reads. */
export interface OpenedIntake {
  /** By the clock of the database, in milliseconds since 1970. */
  now: number;
  /** Another transaction is about the same request, or about the same customer's purchases in the same sale. */
  isBusy: (request: PlaceOrderRequest) => boolean;
  /** The present price by SKU. */
  prices: Map<string, Money>;
}

interface Row {
  now: number;
  remaining: number | null;
  busy: string[];
  prices: { sku: string; amount: number; currency: string }[] | null;
}

/**
 * The first statement of a transaction of intake, all in one. It reads the database's clock. It has the server end the
 * transaction when the time of the first of these requests is over. It claims each request without waiting, so that a
 * request that another replica is at work on, or hangs with, holds up no other. And it reads prices.
 */
export async function openIntake(
  tx: EntityManager,
  requests: readonly PlaceOrderRequest[],
): Promise<OpenedIntake> {
  const items = requests.flatMap(({ body }) => body.items);
  const skus = [...new Set(items.filter((item) => !isSaleItem(item)).map(({ sku }) => sku))];
  const claims = [...new Set(requests.flatMap(claimsOf))];
  const acceptBys = requests.flatMap(({ acceptBy }) => acceptBy ?? []);
  const [row]: Row[] = await tx.query(
    `with clock as materialized (select ${DATABASE_NOW} as now),
          time as materialized (select min(by - now) as remaining from clock, unnest($1::float8[]) as by
                                where by - now >= $2)
     select now, remaining, set_config('lock_timeout', $3, true),
            case when remaining is not null then ${endTransactionIn('remaining')} end,
            array(select claim from unnest($4::text[]) as claim
                  where not pg_try_advisory_xact_lock(hashtextextended(claim, 0))) as busy,
            (select json_agg(p) from (select sku, amount, currency from prices where sku = any($5::text[])) p) as prices
     from clock, time`,
    [acceptBys, LEAST_MS, String(LOCK_TIMEOUT_MS), claims, skus],
  );
  if (!row) throw new Error('a statement that always gives one row gave none');
  if (row.remaining !== null) registerDeadline(tx, row.remaining);
  const busy = new Set(row.busy);
  return {
    now: row.now,
    isBusy: (request) => busy.size > 0 && claimsOf(request).some((claim) => busy.has(claim)),
    prices: new Map((row.prices ?? []).map(({ sku, amount, currency }) => [sku, { amount, currency }])),
  };
}

/** The keys of the advisory locks that a transaction of intake takes. */
const claimsOf = ({ customerId, idempotencyKey, body }: PlaceOrderRequest): string[] => [
  requestKey(customerId, idempotencyKey),
  ...purchasesOf(customerId, body.items).map(purchaseKey),
];
