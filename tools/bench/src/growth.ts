import { launchPlatform } from '@doorbuster/platform';
import { verifyInvariants } from '@doorbuster/verify-invariants';
import pg from 'pg';
import { z } from 'zod';
import { costOfCheckouts, describeCost } from './cost.js';
import { print, sum } from './figures.js';
import { diskBytes, multiplyOrders, removeOrders } from './multiply-orders.js';
import { benchOptions, count, sizes } from './options.js';
import { measureReads } from './reads.js';
import { openShop } from './shop.js';
import { placeTemplates } from './templates.js';
import { loadCheckouts, type LoadOptions } from './wrk.js';

/** What the number of stored orders costs: the same measurements at several sizes of the tables, on one platform. */
const options = benchOptions(
  z.object({
    sizes: sizes.default([10_000, 100_000, 1_000_000]),
    connections: count.default(512),
    seconds: count.default(10),
  }),
);
const WARM_UP_SECONDS = 15;
const ADAPT_SECONDS = 3;
const DAY_MS = 86_400_000;
/** The copies are spread over this time before the run. */
const PAST_MS = 90 * DAY_MS;
const SETTLE_MS = 60_000;
const STATEMENT_TIMEOUT_MS = 600_000;

const platform = await launchPlatform({
  env: { RATE_LIMIT: 'off', LOG_LEVEL: 'warn', OTEL_SDK_DISABLED: 'true' },
});
const databaseUrl = platform.run().postgres.url;
const client = new pg.Client({
  connectionString: databaseUrl,
  connectionTimeoutMillis: 10_000,
  statement_timeout: STATEMENT_TIMEOUT_MS,
});
try {
  await client.connect();
  const shop = { url: platform.url, tokensFile: await openShop(platform) };
  const { connections, seconds } = options;
  await loadCheckouts({ ...shop, connections, seconds: WARM_UP_SECONDS, seed: 1 });
  await settle();
  // The sizes are exact, and the compilers stay warm.
  await removeOrders(client);
  await placeTemplates(platform.url);
  await settle();
  const { rows } = await client.query<{ id: string }>('select id from orders.orders order by id');
  const templates = rows.map(({ id }) => id);
  const end = Date.now();
  const last = Math.max(...options.sizes);
  for (const [step, size] of options.sizes.entries()) {
    // Each size is a later part of the past, so that ids are inserted in their order.
    const span = (PAST_MS * size) / last;
    const earlier = (PAST_MS * (options.sizes[step - 1] ?? 0)) / last;
    const [from, to] = [new Date(end - PAST_MS + earlier), new Date(end - PAST_MS + span)];
    await growTo(size, templates, from, to);
    // Admission adapts to the load, and the caches to the tables.
    await loadCheckouts({ ...shop, connections, seconds: ADAPT_SECONDS, seed: last + step });
    await measureCheckouts({ ...shop, connections, seconds, seed: step + 2 });
    await settle();
    if ((await measureReads(platform.url, client)) > 0) process.exitCode = 1;
  }
} finally {
  await client.end();
  await platform.dispose();
}

async function growTo(size: number, templates: string[], from: Date, to: Date): Promise<void> {
  const started = Date.now();
  const copies = size - (await countOrders());
  if (copies > 0) await multiplyOrders(client, { templates, copies, from, to });
  const orders = await countOrders();
  print(
    `${orders} orders (${Math.max(0, copies)} copied in ${((Date.now() - started) / 1_000).toFixed(0)} s)`,
  );
  const bytes = await diskBytes(client);
  print(`  disk, bytes an order: ${perOrder(bytes, orders)}`);
}

async function measureCheckouts(load: LoadOptions): Promise<void> {
  const disk = await diskBytes(client);
  const cost = await costOfCheckouts(platform);
  const { created, seconds, p50, p99, overloaded, other, errors } = await loadCheckouts(load);
  print(
    `  checkouts: ${(created / seconds).toFixed(0)}/s  p50 ${p50.toFixed(1)} ms  p99 ${p99.toFixed(1)} ms  ` +
      `(503: ${overloaded}, others: ${other}, errors: ${errors})`,
  );
  if (created === 0) throw new Error('no checkout was confirmed: the machine is too busy for a measurement');
  print(`  ${describeCost(await cost())}`);
  const grown = Object.entries(await diskBytes(client)).map(([table, bytes]): [string, number] => [
    table,
    bytes - (disk[table] ?? 0),
  ]);
  print(`  disk, bytes a checkout: ${perOrder(Object.fromEntries(grown), created)}`);
}

function perOrder(bytes: Record<string, number>, orders: number): string {
  const total = sum(Object.values(bytes));
  const each = Object.entries(bytes).map(([table, used]) => `${table} ${(used / orders).toFixed(0)}`);
  return `${(total / orders).toFixed(0)} (${each.join(', ')})`;
}

/** Without the provider's statement, which has no lines for copies, and has lines for the removed orders. */
async function settle(): Promise<void> {
  const { breaches, inFlight } = await verifyInvariants({ databaseUrl, waitMs: SETTLE_MS });
  if (breaches.length + inFlight.length > 0)
    throw new Error(`promises broken: ${JSON.stringify([...breaches, ...inFlight].slice(0, 5))}`);
}

async function countOrders(): Promise<number> {
  const { rows } = await client.query<{ orders: number }>(
    'select count(*)::int as orders from orders.orders',
  );
  return rows[0]?.orders ?? 0;
}
