import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { ApiError } from '@doorbuster/api-client';
import * as contracts from '@doorbuster/contracts';
import { rpcInboxPrefix, SERVICES, type RpcContract, type Reply } from '@doorbuster/contracts';
import { loadCredentials } from '@doorbuster/embedded';
import { launchPlatform, type LaunchedPlatform } from '@doorbuster/platform';
import { connect, createInbox, type NatsConnection } from '@nats-io/transport-node';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Shop } from './fixtures/shop.js';

let platform: LaunchedPlatform;
let shop: Shop;
let database: pg.Client;
beforeAll(async () => {
  platform = await launchPlatform({ env: { RATE_LIMIT: 'off', REPLICAS_CATALOG: '2' } });
  shop = await Shop.open(platform);
  database = new pg.Client({ connectionString: platform.run().postgres.url });
  await database.connect();
});
afterAll(async () => {
  await database?.end();
  await platform?.dispose();
});

describe('the NATS user of the gateway without its key', () => {
  const actor = { customerId: 'root', role: 'admin' };
  const id = randomUUID();
  const sha256 = '0'.repeat(64);
  const price = { amount: 1, currency: 'USD' };
  const times = { startsAt: '2030-01-01T00:00:00Z', endsAt: '2030-01-02T00:00:00Z' };
  const order = {
    customerId: 'customer-1',
    idempotencyKey: 'forged',
    body: { items: [{ sku: 'FORGED', quantity: 1 }], payment: { method: 'pm_card_visa' } },
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00',
  };
  /** Requests that a service would accept if a gateway had signed them. */
  const requests: Record<string, object> = {
    'rpc.catalog.create-product': { sku: 'FORGED-2', name: 'x', category: 'x', price },
    'rpc.catalog.change-product': { sku: 'FORGED', changes: { price } },
    'rpc.catalog.create-sale': {
      idempotencyKey: 'forged',
      body: { sku: 'FORGED', price, units: 1, limitPerCustomer: 1, ...times },
    },
    'rpc.catalog.change-sale': { id, changes: { limitPerCustomer: 2 } },
    'rpc.catalog.put-image-part': { uploadId: id, index: 0, content: 'eA==' },
    'rpc.catalog.add-product-image': { sku: 'FORGED', uploadId: id, sha256, alt: 'x' },
    'rpc.catalog.remove-product-image': { sku: 'FORGED', imageId: sha256 },
    'rpc.identity.change-role': { id, role: 'admin' },
    'rpc.identity.delete-account': { id },
    'rpc.cart.set-cart-item': { sku: 'FORGED', quantity: 1 },
    'rpc.cart.remove-cart-item': { sku: 'FORGED' },
    'rpc.cart.merge-cart': { idempotencyKey: 'forged', items: [{ sku: 'FORGED', quantity: 1 }] },
    'rpc.cart.begin-checkout': { idempotencyKey: 'forged', payment: { method: 'pm_card_visa' } },
    'rpc.cart.settle-checkout': { idempotencyKey: 'forged', outcome: 'CONFIRMED' },
    'rpc.inventory.adjust-stock': { sku: 'FORGED', delta: 777, reason: 'x', idempotencyKey: 'forged' },
    'rpc.orders.place-orders': { requests: [order] },
    'rpc.orders.cancel-order': { orderId: id, traceparent: order.traceparent },
    'rpc.orders.retry-saga': { id },
    ...Object.fromEntries(SERVICES.map((service) => [`rpc.${service}.replay-dead-letter`, { id }])),
    ...Object.fromEntries(
      SERVICES.map((service) => [`rpc.${service}.dismiss-dead-letter`, { id, reason: 'x' }]),
    ),
  };
  const isContract = (value: unknown): value is RpcContract =>
    typeof value === 'object' && value !== null && 'response' in value;
  const changing = [
    ...Object.values<unknown>(contracts).filter(isContract),
    ...SERVICES.map(contracts.replayDeadLetterOf),
    ...SERVICES.map(contracts.dismissDeadLetterOf),
  ].filter(({ changesStateFor }) => changesStateFor !== undefined);

  let stranger: NatsConnection;
  beforeAll(async () => {
    await shop.stockUp('FORGED', 5);
    const { nats } = loadCredentials(path.join(platform.dataDir, 'credentials.json'));
    const { host } = new URL(platform.run().nats.url);
    stranger = await connect({
      servers: host,
      user: 'gateway',
      pass: nats.gateway,
      inboxPrefix: '_INBOX_gateway',
    });
  });
  afterAll(() => stranger?.close());

  it('changes nothing in any service, whatever actor it names', async () => {
    const before = await counts();
    expect(Object.keys(requests).toSorted()).toEqual(changing.map(({ subject }) => subject).toSorted());
    for (const { owner, subject } of changing) {
      const data = { ...requests[subject], actor, commitBy: Date.now() + 10_000 };
      const payload = JSON.stringify({ pattern: subject, data, id: randomUUID() });
      const reply = createInbox(rpcInboxPrefix(owner));
      const answer = await stranger.request(subject, payload, { timeout: 10_000, noMux: true, reply });
      const { response } = answer.json<{ response: Reply<unknown> }>();
      expect(response, subject).toMatchObject({ ok: false, error: { code: 'UNAUTHENTICATED' } });
    }
    expect(await counts()).toEqual(before);
  });

  const counts = async (): Promise<unknown[]> => {
    const { rows } = await database.query(
      `select (select array_agg(p::text order by sku) from catalog.products p) as products,
              (select count(*) from catalog.sales) as sales, (select count(*) from orders.orders) as orders,
              (select array_agg(available order by sku) from inventory.stock) as stock,
              (select count(*) from inventory.adjustments) as adjustments,
              (select count(*) from catalog.image_upload_parts) as image_parts, (select count(*) from cart.carts) as carts,
              (select count(*) from cart.checkouts) as checkouts, (select count(*) from cart.cart_merges) as merges,
              (select array_agg(role order by id) from identity.accounts) as roles`,
    );
    return rows;
  };
});

it('a price change that a paused replica was too late for (503) does not overwrite a newer one', async () => {
  await shop.stockUp('PAUSED', 1, 1_000);
  const pids = platform.run().services['catalog']?.pids ?? [];
  const [paused = 0] = pids;
  expect(pids).toHaveLength(2);
  const statusOfChange = (amount: number): Promise<number> =>
    shop.admin.changeProduct('PAUSED', { price: { amount, currency: 'USD' } }).then(
      () => 200,
      (error: ApiError) => error.status,
    );

  process.kill(paused, 'SIGSTOP');
  try {
    // Until the paused replica receives one.
    await expect.poll(() => statusOfChange(666), { timeout: 60_000, interval: 0 }).toBe(503);
    await expect.poll(() => statusOfChange(2_000), { timeout: 60_000, interval: 0 }).toBe(200);
  } finally {
    process.kill(paused, 'SIGCONT');
  }
  // Requests come in order: once the replica answers again, it has handled the earlier ones.
  await expect.poll(async () => platform.run().services['catalog']?.pids.length).toBe(2);
  const prices: number[] = [];
  for (let read = 0; read < 40; read += 1) {
    prices.push((await shop.admin.getProduct('PAUSED')).price.amount);
  }
  expect(new Set(prices)).toEqual(new Set([2_000]));
  const { rows } = await database.query(
    `select price_amount::int as amount from catalog.products where sku = 'PAUSED'`,
  );
  expect(rows).toEqual([{ amount: 2_000 }]);
});
