import { randomUUID } from 'node:crypto';
import { eventually } from '@doorbuster/embedded/testing';
import { launchPlatform, type LaunchedPlatform } from '@doorbuster/platform';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readExposition, type Exported } from './fixtures/exposition.js';
import { anchorsOf, readAlerts, readDashboards, scrapedJobs } from './fixtures/observability.js';
import { mistakesIn } from './fixtures/promql.js';
import { RECOVERY, Shop } from './fixtures/shop.js';

let platform: LaunchedPlatform;
let shop: Shop;
let database: pg.Client;
let exported: Exported;

beforeAll(async () => {
  platform = await launchPlatform({ env: { RATE_LIMIT: 'off', OTEL_METRICS_EXPORTER: 'prometheus' } });
  shop = await Shop.open(platform);
  database = new pg.Client({ connectionString: platform.run().postgres.url });
  await database.connect();
  await shop.stockUp('MUG', 100);
  const silent = await sell();
  await sendNonsense();
  await breakTransaction();
  expect((await shop.settled(silent)).status).toBe('REJECTED');
  exported = await eventually(scrapedCompletely, 'the metrics that come last', RECOVERY);
});
afterAll(async () => {
  await database?.end();
  await platform?.dispose();
});

const mugs = (quantity: number) => [{ sku: 'MUG', quantity }];

/** One checkout of each outcome. @returns an order that will time out, since its bank never answers */
async function sell(): Promise<string> {
  const silent = await shop.buy(mugs(1), { method: 'pm_sim_timeout' });
  const bought = await shop.buy(mugs(1), { wait: 20 });
  expect(bought.status).toBe(201);
  expect((await shop.buy(mugs(1), { method: 'pm_card_chargeDeclined', wait: 20 })).status).toBe(402);
  expect((await shop.buy(mugs(99), { wait: 20 })).status).toBe(409);
  await shop.followOrder(bought.body.id);
  await shop.customer.cancelOrder(bought.body.id, { waitSeconds: 20 });
  return silent.body.id;
}

/** A malformed message in the outbox of orders becomes a dead letter of inventory. */
async function sendNonsense(): Promise<void> {
  await database.query(
    `insert into orders.outbox (id, subject, payload, traceparent, created_at)
     values ($1, 'cmd.inventory.reserve-stock', 'nonsense', '', now() - interval '1 minute')`,
    [randomUUID()],
  );
  const isDead = async () => (await shop.admin.listDeadLetters()).items[0];
  await eventually(isDead, 'a dead letter', RECOVERY);
}

/** A batch of inventory that loses its connection is redelivered. */
async function breakTransaction(): Promise<void> {
  // Only a batch locks rows of stock: polling jobs lock other tables, and reads do not wait.
  await database.query('begin; lock table inventory.stock in exclusive mode');
  const { body } = await shop.buy(mugs(1));
  const isCut = async (): Promise<true | undefined> => {
    const { rowCount } = await database.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where usename = 'inventory' and wait_event_type = 'Lock'`,
    );
    return rowCount ? true : undefined;
  };
  await eventually(isCut, 'a batch of inventory that waits for the lock', RECOVERY);
  await database.query('rollback');
  expect((await shop.settled(body.id)).status).toBe('CONFIRMED');
}

/** All metrics together; `undefined` until the last ones are there. */
async function scrapedCompletely(): Promise<Exported | undefined> {
  const all: Exported = new Map();
  for (const { metrics } of Object.values(platform.run().services)) {
    for (const url of metrics) {
      const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
      readExposition(await response.text(), all);
    }
  }
  return all.has('doorbuster_consumer_redeliveries_total') && all.has('nodejs_eventloop_delay_p99')
    ? all
    : undefined;
}

describe('a dashboard', () => {
  it.each(readDashboards())('%s queries only exported metrics and labels', (_, { panels }) => {
    const mistakes = panels.flatMap(({ targets }) =>
      targets.flatMap(({ expr, legendFormat }) => mistakesIn(expr, exported, legendFormat)),
    );
    expect(mistakes).toEqual([]);
  });

  it('has a unique id, and so has each of its panels', () => {
    const dashboards = readDashboards().map(([, dashboard]) => dashboard);
    expect(new Set(dashboards.map(({ uid }) => uid)).size).toBe(dashboards.length);
    for (const { panels } of dashboards) {
      expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    }
  });
});

describe('an alert', () => {
  it.each(readAlerts().map((alert) => [alert.alert, alert] as const))(
    '%s queries only exported metrics, and its runbook exists',
    (name, { expr, annotations: { summary, description, runbook } }) => {
      expect(mistakesIn(expr, exported, summary + description)).toEqual([]);
      const [page = '', anchor] = runbook.split('#');
      expect(anchor).toBe(name.toLowerCase());
      expect(anchorsOf(page)).toContain(anchor);
    },
  );
});

it('every service is scraped', () => {
  expect(scrapedJobs().toSorted()).toEqual(Object.keys(platform.run().services).toSorted());
});

it('no label has unbounded values', () => {
  const labels = new Set([...exported].flatMap(([name, own]) => (name === 'target_info' ? [] : [...own])));
  expect([...labels].filter((label) => /(^|_)(id|key|sku|customer|order)(_|$)/.test(label))).toEqual([]);
});

describe('a mistake is found:', () => {
  it.each([
    ['a metric that is not exported', 'max(doorbuster_stock_inconsistant) > 0'],
    ['a counter without its ending', 'rate(doorbuster_checkouts[5m])'],
    ['a label in a selector', 'doorbuster_saga_stalled{sagas="checkout"}'],
    ['a label to group by', 'sum by (steps) (doorbuster_saga_stalled)'],
    ['a query that ends too early', 'sum by (step) (doorbuster_saga_stalled'],
    ['a label of another metric', 'doorbuster_stock_inconsistent{step="reserve-stock"}'],
  ])('%s', (_, query) => {
    expect(mistakesIn(query, exported)).not.toEqual([]);
  });

  it('a label that a legend shows', () => {
    const query = 'sum by (step) (doorbuster_saga_stalled)';
    expect(mistakesIn(query, exported, '{{step}}')).toEqual([]);
    expect(mistakesIn(query, exported, '{{steps}}')).not.toEqual([]);
  });
});
