import { launchPlatform, type LaunchedPlatform } from '@doorbuster/platform';
import { eventually } from '@doorbuster/embedded/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RECOVERY, Shop, type OrderAnswer } from './fixtures/shop.js';
import { TraceSink, type SunkSpan } from './fixtures/trace-sink.js';
import { expectAllSignals, namesOf, transactionsOf, transitionsOf, wholeTrace } from './fixtures/traces.js';

let sink: TraceSink;
let platform: LaunchedPlatform;
let shop: Shop;
/** An order whose bank never answers. Its checkout times out while the other tests run. */
let silent: OrderAnswer;
beforeAll(async () => {
  sink = await TraceSink.open();
  platform = await launchPlatform({ env: { ...exportingTo(sink, 'http/json'), TRUST_TRACEPARENT: 'on' } });
  shop = await Shop.open(platform);
  await shop.stockUp('MUG', 1_000);
  silent = await shop.buy(mug, { method: 'pm_sim_timeout' });
});
afterAll(async () => {
  await platform?.dispose();
  await sink?.close();
});

const exportingTo = ({ url }: TraceSink, protocol: string): Record<string, string> => ({
  RATE_LIMIT: 'off',
  LOG_LEVEL: 'info',
  OTEL_METRIC_EXPORT_INTERVAL: '5000',
  OTEL_EXPORTER_OTLP_ENDPOINT: url,
  OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
  OTEL_BSP_SCHEDULE_DELAY: '100',
});

/** RPCs of the gateway: the parent waits for the answer. */
const isQuery = (attributes: SunkSpan['attributes']): boolean => 'rpc.method' in attributes;

const mug = [{ sku: 'MUG', quantity: 1 }];

const traceIdOf = ({ headers }: Pick<OrderAnswer, 'headers'>): string =>
  headers.get('traceparent')?.slice(3, 35) ?? '';

const childOf = (traceId: string) => ({ traceparent: `00-${traceId}-00f067aa0ba902b7-01` });

const rootOf = (traceId: string): Promise<SunkSpan> =>
  eventually(
    () => sink.trace(traceId).find(({ service }) => service === 'gateway'),
    `the root of ${traceId}`,
    RECOVERY,
  );

async function hasSpan(traceId: string, name: string): Promise<void> {
  await eventually(() => namesOf(sink.trace(traceId)).includes(name) || undefined, name, RECOVERY);
}

/** A statement names its table, unless it begins or ends a transaction, or reads none. */
const WITH_TABLE: Record<string, RegExp> = Object.fromEntries(
  ['orders', 'inventory', 'payments'].map((service) => [
    service,
    new RegExp(`^(BEGIN|START TRANSACTION|COMMIT|(SELECT|INSERT|UPDATE|DELETE) ${service}\\.[a-z_]+)$`),
  ]),
);

/** Expectations of every checkout's trace, with every outcome. */
function expectWholeCheckout(spans: readonly SunkSpan[], orderId: string): void {
  const root = spans.find(({ parentSpanId }) => parentSpanId === undefined);
  expect(root).toMatchObject({
    service: 'gateway',
    name: 'POST /v1/orders',
    attributes: { 'http.request.method': 'POST', 'http.route': '/v1/orders' },
  });
  // A command that a timeout sends again has no transaction span as parent.
  const isSwept = spans.some(({ name }) => name.startsWith('saga '));
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  for (const { service, name, parentSpanId = '', attributes } of spans) {
    const parent = byId.get(parentSpanId);
    const wasLeftBehind = attributes['doorbuster.outbox.left_behind'];
    // A killed process does not export its spans, so spans across services hang from the request.
    if (parent && parent.service !== service && !isQuery(attributes)) {
      expect(parent.spanId, `parent of ${service} ${name}`).toBe(root?.spanId);
    }
    if (name.startsWith('publish ') && !wasLeftBehind && !isSwept) {
      expect(parent?.name, `parent of ${service} ${name}`).toBe('transaction');
    }
  }
  const ids = spans.flatMap(({ attributes }) => attributes['doorbuster.order.id'] ?? []);
  expect(new Set(ids)).toEqual(new Set([orderId]));
  const processing = spans.filter(({ name }) => name.startsWith('process '));
  for (const span of processing) {
    expect(span.attributes).toMatchObject({
      'messaging.system': 'nats',
      'messaging.operation.type': 'process',
      'messaging.destination.name': expect.stringMatching(/^(cmd|evt)\./),
    });
    const transactions = transactionsOf(sink, span);
    expect(transactions, `${span.service} ${span.name}`).not.toEqual([]);
    for (const { spanId } of transactions) {
      const statements = sink.spans.filter(({ parentSpanId }) => parentSpanId === spanId);
      expect(statements.map(({ attributes }) => attributes['db.system.name'])).toContain('postgresql');
      expect(statements.map(({ name }) => name)).toContain('COMMIT');
      for (const statement of statements.filter(({ attributes }) => 'db.query.text' in attributes)) {
        expect(statement.name).toMatch(WITH_TABLE[statement.service] ?? /$./);
      }
    }
  }
}

it('traces, metrics and logs are exported as http/json by environment variables alone', async () => {
  await expectAllSignals(sink, Buffer.from(traceIdOf(silent)), 'application/json');
});

describe('one trace', () => {
  it('holds a confirmed checkout, from the request to the capture', async () => {
    const bought = await shop.buy(mug, { wait: 20 });
    expect(bought.status).toBe(201);
    const spans = await wholeTrace(sink, traceIdOf(bought), [
      'orders accept order',
      'orders publish reserve-stock',
      'inventory process reserve-stock',
      'orders process stock-reserved',
      'payments process authorise-payment',
      'payments provider authorise',
      'orders process payment-authorised',
      'inventory process commit-stock',
      'payments process capture-payment',
      'payments provider capture',
      'orders INSERT orders.orders',
      'orders INSERT orders.sagas',
      'inventory UPDATE inventory.stock',
      'payments UPDATE payments.payments',
    ]);
    expectWholeCheckout(spans, bought.body.id);
  });

  it('continues the trace of a client that sent one and is trusted', async () => {
    const traceId = 'c0ffee'.padEnd(32, '0');
    const bought = await shop.buy(mug, { wait: 20, headers: childOf(traceId) });
    expect(traceIdOf(bought)).toBe(traceId);
    const root = await rootOf(traceId);
    expect(root).toMatchObject({ name: 'POST /v1/orders', parentSpanId: '00f067aa0ba902b7' });
  });

  it('has its root also when the client leaves before the answer', async () => {
    const traceId = 'abandoned'.replaceAll(/[^a-f]/g, '0').padEnd(32, '0');
    const leave = new AbortController();
    const abandoned = shop.buy(mug, {
      wait: 20,
      method: 'pm_sim_slow',
      headers: childOf(traceId),
      signal: leave.signal,
    });
    await hasSpan(traceId, 'orders accept order');
    leave.abort();
    await expect(abandoned).rejects.toThrow('aborted');
    const root = await rootOf(traceId);
    expect(root).toMatchObject({
      name: 'POST /v1/orders',
      attributes: { 'error.type': 'client_disconnected' },
    });
  });

  it('shows the compensation of a declined checkout', async () => {
    const declined = await shop.buy(mug, { method: 'pm_card_chargeDeclined', wait: 20 });
    expect(declined.status).toBe(402);
    const spans = await wholeTrace(sink, traceIdOf(declined), ['inventory process release-stock']);
    expectWholeCheckout(spans, declined.body.orderId ?? '');
    expect(transitionsOf(spans)).toEqual(
      expect.arrayContaining([
        { name: 'saga.refused', step: 'authorise-payment' },
        { name: 'saga.compensating', step: 'checkout' },
        { name: 'saga.succeeded', step: 'release-stock' },
        { name: 'saga.compensated', step: 'checkout' },
      ]),
    );
  });

  it('shows who refused a checkout without stock', async () => {
    await shop.stockUp('RARE', 1);
    const refused = await shop.buy([{ sku: 'RARE', quantity: 2 }], { wait: 20 });
    expect(refused.status).toBe(409);
    const spans = await wholeTrace(sink, traceIdOf(refused));
    expectWholeCheckout(spans, refused.body.orderId ?? '');
    expect(transitionsOf(spans)).toContainEqual({ name: 'saga.refused', step: 'reserve-stock' });
    expect(namesOf(spans).filter((name) => name.startsWith('payments'))).toEqual([]);
  });

  it('shows the retries, the timeout and the compensation of a checkout whose bank is silent', async () => {
    const { headers, body } = silent;
    await shop.settled(body.id);
    const spans = await wholeTrace(sink, traceIdOf({ headers }));
    expectWholeCheckout(spans, body.id);
    expect(transitionsOf(spans)).toEqual(
      expect.arrayContaining([
        { name: 'saga.resent', step: 'authorise-payment' },
        { name: 'saga.timed_out', step: 'authorise-payment' },
        { name: 'saga.succeeded', step: 'void-payment' },
        { name: 'saga.compensated', step: 'checkout' },
      ]),
    );
    expect(namesOf(spans)).toEqual(expect.arrayContaining(['orders saga resent', 'orders saga timed_out']));
    expect(spans.filter(({ name, failed }) => name === 'provider authorise' && failed)).not.toEqual([]);
  });

  it('holds a checkout that was finished after kill -9 of the orchestrator', async () => {
    const accepted = await shop.buy(mug, { method: 'pm_sim_slow' });
    const traceId = traceIdOf(accepted);
    const [victim] = platform.run().services['orders']?.pids ?? [];
    await hasSpan(traceId, 'orders publish authorise-payment');
    process.kill(victim as number, 'SIGKILL');
    expect(await shop.settled(accepted.body.id)).toMatchObject({ status: 'CONFIRMED' });
    const spans = await wholeTrace(sink, traceId);
    expectWholeCheckout(spans, accepted.body.id);
    expect(new Set(spans.filter(({ service }) => service === 'orders').map(({ pid }) => pid)).size).toBe(2);
  });
});

it('50 checkouts at once share batches and keep their traces apart', async () => {
  const shops = await Shop.openFor(platform, 2);
  const bought = await Promise.all(
    shops.flatMap((each) => Array.from({ length: 25 }, () => each.buy(mug, { wait: 30 }))),
  );
  expect(bought.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 201));
  expect(new Set(bought.map(traceIdOf)).size).toBe(50);
  for (const answer of bought) {
    expectWholeCheckout(await wholeTrace(sink, traceIdOf(answer)), answer.body.id);
  }
  const shared = sink.spans.filter(({ name, links }) => name === 'transaction' && links.length > 0);
  expect(shared).not.toEqual([]);
  for (const { links, spanId } of shared) {
    for (const link of links) {
      const other = sink.spans.find((span) => span.spanId === link.spanId);
      expect(other?.links.map((back) => back.spanId)).toContain(spanId);
    }
  }
});
