import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { launchPlatform, type LaunchedPlatform } from '@doorbuster/platform';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Shop, type OrderAnswer } from './fixtures/shop.js';

const SKU = 'MUG';
/** Longer than a buyer waits for an answer. */
const PAUSE_MS = 9_000;
const BUYERS = 60;
const PER_SECOND = 20;
const LOAD_MS = 15_000;

let platform: LaunchedPlatform;
let shop: Shop;
let database: pg.Client;
beforeAll(async () => {
  platform = await launchPlatform({
    env: { REPLICAS_ORDERS: '2', RATE_LIMIT: 'off', LOG_LEVEL: 'error', LIVENESS_TIMEOUT_SECONDS: '12' },
  });
  shop = await Shop.open(platform);
  await shop.stockUp(SKU, 1_000_000);
  database = new pg.Client({ connectionString: platform.run().postgres.url });
  await database.connect();
});
afterAll(async () => {
  await database?.end();
  await platform?.dispose();
});

const replicas = (): number[] => platform.run().services['orders']?.pids ?? [];
const buy = async (key: string, wait?: number): Promise<OrderAnswer & { key: string; ms: number }> => {
  const begun = performance.now();
  const answer = await shop.buy([{ sku: SKU, quantity: 1 }], { key, ...(wait !== undefined && { wait }) });
  return { ...answer, key, ms: performance.now() - begun };
};

const signal = (pids: readonly number[], name: NodeJS.Signals): void => {
  for (const pid of pids) process.kill(pid, name);
};

it.each([
  ['one of two replicas is', 1, BUYERS / 2],
  ['both replicas are', 2, 0],
])('a buyer who was told 503 while %s stopped has no order, also later', async (_, count, served) => {
  const stopped = replicas().slice(0, count);
  signal(stopped, 'SIGSTOP');
  const answering = Promise.all(Array.from({ length: BUYERS }, () => buy(randomUUID(), 10)));
  await sleep(PAUSE_MS);
  signal(stopped, 'SIGCONT');
  const answers = await answering;
  const refused = answers.filter(({ status }) => status === 503).map(({ key }) => key);
  expect(answers.length - refused.length).toBeGreaterThanOrEqual(served);
  // Further orders are handled after all that had waited in both replicas.
  await Promise.all(Array.from({ length: 20 }, () => buy(randomUUID())));
  const made = 'select idempotency_key from orders.orders where idempotency_key = any($1)';
  expect((await database.query(made, [refused])).rows).toEqual([]);
  await shop.expectAllPromisesKept();
});

it('a replica that hangs for good makes less than 2 % of orders fail, and is replaced', async () => {
  const before = replicas();
  process.kill(before[1] as number, 'SIGSTOP');
  const orders: ReturnType<typeof buy>[] = [];
  for (const end = performance.now() + LOAD_MS; performance.now() < end; await sleep(1_000 / PER_SECOND)) {
    orders.push(buy(randomUUID()));
  }
  const answers = await Promise.all(orders);
  const refused = answers.filter(({ status }) => status !== 202);
  expect(refused.length, JSON.stringify(refused.slice(0, 3))).toBeLessThan(answers.length / 50);
  await expect.poll(() => replicas()[1], { timeout: 20_000 }).not.toBe(before[1]);
  expect(replicas()[0]).toBe(before[0]);
  await shop.expectAllPromisesKept();
});
