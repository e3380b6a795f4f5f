import { setTimeout as sleep } from 'node:timers/promises';
import { databaseAddress } from '@doorbuster/persistence';
import pg from 'pg';
import { CARTS_IN_FLIGHT } from './cart-invariants.js';
import { BOOKS_AGREE, CHARGED_ONCE, chargesIn } from './charges.js';
import type { Invariant } from './invariant.js';
import { IN_FLIGHT, INVARIANTS } from './invariants.js';

export interface Breach {
  promise: number;
  holds: string;
  /** Order id or SKU. */
  subject: string;
  breach: string;
}

export interface Verdict {
  breaches: Breach[];
  /** Orders that have not ended. They are breaches, too, unless the platform is stopped. */
  inFlight: Breach[];
  orders: number;
}

export interface VerifyOptions {
  /** An administrator's, with access to all schemas. */
  databaseUrl: string;
  /** PEM file of the authority of the database's certificate. */
  caFile?: string | undefined;
  /** Data directory of a platform with an embedded database. The statement of its payment provider is checked, too. */
  dataDir?: string | undefined;
  /** Maximum wait for orders in flight. */
  waitMs: number;
}

/** All rules. A test plants a breach of each. */
export const RULES: readonly Invariant[] = [...INVARIANTS, CHARGED_ONCE, BOOKS_AGREE];

const POLL_MS = 250;
const BREACHES_MAX = 1_000;
const STATEMENT_TIMEOUT_MS = 300_000;

/** Checks promises 1, 2 and 4 in one snapshot of all schemas. Reads only. */
export async function verifyInvariants(options: VerifyOptions): Promise<Verdict> {
  const { databaseUrl, caFile, dataDir, waitMs } = options;
  const { url: connectionString, ...tls } = databaseAddress(databaseUrl, caFile);
  const client = new pg.Client({
    connectionString,
    ...tls,
    application_name: 'verify-invariants',
    connectionTimeoutMillis: 10_000,
    statement_timeout: STATEMENT_TIMEOUT_MS,
  });
  await client.connect();
  try {
    await waitUntilSettled(client, Date.now() + waitMs);
    // Read before the snapshot, which therefore contains every charge in it.
    const charges = dataDir === undefined ? [] : chargesIn(dataDir);
    await client.query('begin transaction isolation level repeatable read read only');
    const breaches = await findBreaches(client, charges);
    const inFlight = await findInFlight(client);
    const { rows } = await client.query<{ orders: number }>(
      'select count(*)::int as orders from orders.orders',
    );
    return { breaches, inFlight, orders: rows[0]?.orders ?? 0 };
  } finally {
    await client.end();
  }
}

/** The breaches of a rule, in the current transaction of the connection. @param charges lines of the provider's statement */
export async function findBreaches(client: pg.Client, charges: readonly string[]): Promise<Breach[]> {
  const breaches: Breach[] = [];
  for (const { promise, holds, sql, readsStatement, ifTable } of RULES) {
    if (ifTable !== undefined && !(await isThere(client, ifTable))) continue;
    const rows = await rowsOf(client, sql, readsStatement === true ? [charges] : []);
    breaches.push(...rows.map((row) => ({ promise, holds, ...row })));
  }
  return breaches;
}

/** Orders and payments that are not final. */
export async function findInFlight(client: pg.Client): Promise<Breach[]> {
  const rows = await rowsOf(client, await inFlightSql(client));
  return rows.map((row) => ({ promise: 4, holds: 'every accepted order reaches a final state', ...row }));
}

/** A database of an earlier release has no carts. */
const inFlightSql = async (client: pg.Client): Promise<string> =>
  (await isThere(client, 'cart.checkouts')) ? `${IN_FLIGHT} union all ${CARTS_IN_FLIGHT}` : IN_FLIGHT;

async function isThere(client: pg.Client, table: string): Promise<boolean> {
  const { rows } = await client.query<{ found: boolean }>('select to_regclass($1) is not null as found', [
    table,
  ]);
  return rows[0]?.found === true;
}

async function waitUntilSettled(client: pg.Client, deadline: number): Promise<void> {
  const sql = `select 1 from (${await inFlightSql(client)}) in_flight limit 1`;
  while (Date.now() < deadline && (await client.query(sql)).rowCount !== 0) await sleep(POLL_MS);
}

async function rowsOf(
  client: pg.Client,
  sql: string,
  values: unknown[] = [],
): Promise<Pick<Breach, 'subject' | 'breach'>[]> {
  return (await client.query(`select * from (${sql}) breaches limit ${BREACHES_MAX}`, values)).rows;
}
