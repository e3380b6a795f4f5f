import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TraceList } from '../../src/traces/queries/list-traces.js';
import { serviceMap, type ServiceMap } from '../../src/traces/queries/service-map.js';
import { viewTrace, type TraceView } from '../../src/traces/queries/trace-view.js';
import { decodeExport } from '../../src/traces/receiver/decode-export.js';
import { TraceStore } from '../../src/traces/store/trace-store.js';
import { newSpanId, newTraceId, otlp, span } from './otlp.js';
import { serve, type Served } from './served.js';

const START_MS = 1_795_000_000_000;

let served: Served;
beforeEach(async () => {
  served = await serve();
});
afterEach(async () => {
  await served.close();
  expect(served.defects).toEqual([]);
});

describe('the list of traces', () => {
  const namesFor = async (query: string): Promise<string[]> =>
    (await served.get<TraceList>(`traces?${query}`)).items.map(({ name }) => name);

  beforeEach(async () => {
    const traceId = newTraceId();
    const root = span({ traceId, name: 'bought', service: 'gateway', durationMs: 40 });
    const order = { 'doorbuster.order.id': '0198-aaaa' };
    await served.send(
      root,
      span({ traceId, parentSpanId: root.spanId, attributes: order, events: ['saga.resent'] }),
    );
    await served.send(
      span({
        name: 'declined',
        failed: true,
        startMs: START_MS + 1_000,
        attributes: { 'doorbuster.order.id': '0198-bbbb' },
      }),
    );
    await served.send(
      span({ name: 'slow', startMs: START_MS + 2_000, durationMs: 5_000, service: 'catalog' }),
    );
  });

  it('has the latest first, each with what it was', async () => {
    const { items, services } = await served.get<TraceList>('traces');
    expect(items.map(({ name }) => name)).toEqual(['slow', 'declined', 'bought']);
    expect(items[2]).toMatchObject({
      service: 'gateway',
      complete: true,
      durationUs: 40_000,
      spans: 2,
      errors: 0,
      resent: 1,
      orderIds: ['0198-aaaa'],
      services: [
        { name: 'gateway', spans: 1 },
        { name: 'orders', spans: 1 },
      ],
    });
    expect(services).toEqual(['catalog', 'gateway', 'orders']);
  });

  it('is filtered by order, service, error and duration', async () => {
    expect(await namesFor('order=0198-aaaa')).toEqual(['bought']);
    expect(await namesFor('order=0198')).toEqual(['declined', 'bought']);
    expect(await namesFor('service=orders')).toEqual(['declined', 'bought']);
    expect(await namesFor('error=true&service=')).toEqual(['declined']);
    expect(await namesFor('minDurationMs=41')).toEqual(['slow']);
    expect(await namesFor('limit=1')).toEqual(['slow']);
  });

  it('says what a filter must be', async () => {
    const answer = await fetch(`${served.url}/api/traces?minDurationMs=fast&error=1&colour=red`);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      code: 'BAD_FILTER',
      detail: 'error must be true or false; minDurationMs must be a number; there is no filter colour',
    });
  });
});

describe('a trace', () => {
  const rowsOf = async (traceId: string): Promise<string[]> =>
    (await served.get<TraceView>(`traces/${traceId}`)).rows.map((row) =>
      '  '.repeat(row.depth).concat(row.kind === 'missing' ? 'missing' : row.name),
    );

  it('has parents before their children, by time, and a place for parents that never came', async () => {
    const traceId = newTraceId();
    const root = span({ traceId, name: 'root' });
    const child = span({ traceId, parentSpanId: root.spanId, name: 'child', startMs: START_MS + 1 });
    const late = span({ traceId, parentSpanId: root.spanId, name: 'late', startMs: START_MS + 5 });
    const below = span({ traceId, parentSpanId: child.spanId, name: 'below', startMs: START_MS + 6 });
    const lost = newSpanId();
    const orphans = ['a', 'b'].map((name) => span({ traceId, parentSpanId: lost, name }));
    await served.send(late, ...orphans, below, root, child);
    expect(await rowsOf(traceId)).toEqual([
      'root',
      '  child',
      '    below',
      '  late',
      'missing',
      '  a',
      '  b',
    ]);
  });

  it('is incomplete until its first span comes, and shows what is there', async () => {
    const traceId = newTraceId();
    const root = span({ traceId, name: 'root' });
    const below = { traceId, parentSpanId: root.spanId };
    await served.send(
      span({ ...below, name: 'later', startMs: START_MS + 5 }),
      span({ ...below, name: 'accept' }),
    );
    const asTold = { name: 'accept', complete: false, spans: 2 };
    expect(await served.get<TraceView>(`traces/${traceId}`)).toMatchObject(asTold);
    expect((await served.get<TraceList>('traces')).items).toMatchObject([asTold]);
    expect(await rowsOf(traceId)).toEqual(['missing', '  accept', '  later']);
    await served.send(root);
    expect(await served.get<TraceView>(`traces/${traceId}`)).toMatchObject({ name: 'root', complete: true });
  });

  it('includes spans in a cycle of parents', async () => {
    const traceId = newTraceId();
    const [a, b] = [newSpanId(), newSpanId()];
    await served.send(
      span({ traceId, spanId: a, parentSpanId: b, name: 'a' }),
      span({ traceId, spanId: b, parentSpanId: a, name: 'b' }),
      span({ traceId, name: 'root' }),
    );
    expect(await rowsOf(traceId)).toEqual(['root', 'a', '  b']);
  });

  it('shows the transaction that did its work in another trace, and how many shared it', async () => {
    const [owner, other, third] = [newTraceId(), newTraceId(), newTraceId()];
    const transactionId = newSpanId();
    const link = { traceId: owner, spanId: transactionId };
    const first = span({ traceId: owner, name: 'process first', kind: 'CONSUMER' });
    const [second, last] = [other, third].map((traceId) =>
      span({ traceId, name: 'process second', kind: 'CONSUMER', links: [link] }),
    ) as [ReturnType<typeof span>, ReturnType<typeof span>];
    const transaction = span({
      ...link,
      parentSpanId: first.spanId,
      name: 'transaction',
      links: [second, last],
    });
    const sql = span({ traceId: owner, parentSpanId: transactionId, name: 'INSERT' });
    const foreign = span({
      traceId: owner,
      parentSpanId: transactionId,
      name: 'elsewhere',
      service: 'payments',
    });
    await served.send(
      first,
      second,
      last,
      transaction,
      sql,
      foreign,
      span({ traceId: owner, name: 'unrelated' }),
    );
    expect(await rowsOf(other)).toEqual(['process second', '  transaction', '    INSERT']);
    const view = await served.get<TraceView>(`traces/${other}`);
    expect(view).toMatchObject({ spans: 1 });
    expect(view.rows[0]).toMatchObject({
      links: [{ ...link, target: { name: 'transaction', service: 'orders' } }],
    });
    expect(view.rows[1]).toMatchObject({ traceId: owner, sharedWith: 2 });
    const own = await served.get<TraceView>(`traces/${owner}`);
    expect(own.rows.find((row) => row.spanId === transactionId)).toMatchObject({
      traceId: owner,
      sharedWith: 2,
    });
  });

  it('shows a transaction once, to however many of its spans it leads, and not all of its links', () => {
    const store = new TraceStore();
    const [owner, other] = [newTraceId(), newTraceId()];
    const transaction = span({ traceId: owner, name: 'transaction' });
    const spans = Array.from({ length: 1_500 }, () =>
      span({ traceId: other, name: 'process', kind: 'CONSUMER', links: [transaction] }),
    );
    const statements = Array.from({ length: 500 }, () =>
      span({ traceId: owner, parentSpanId: transaction.spanId, attributes: { text: 'x'.repeat(1_000) } }),
    );
    const { spans: decoded } = decodeExport(otlp({ ...transaction, links: spans }, ...statements, ...spans));
    for (const one of decoded) store.add(one);
    const rows = viewTrace(store, other)?.rows ?? [];
    const shared = rows.filter((row) => row.kind === 'span' && row.traceId === owner);
    expect([rows.length, shared.length]).toEqual([1_700, 200]);
    expect(shared[0]).toMatchObject({ name: 'transaction', moreLinks: 1_300 });
    expect(JSON.stringify(rows).length).toBeLessThan(2_000_000);
  });

  it('has so many rows of other traces and no more', () => {
    const store = new TraceStore();
    const transactions = Array.from({ length: 1_800 }, () => span({ name: 'transaction' }));
    const viewed = span({ links: transactions });
    for (const one of decodeExport(otlp(viewed, ...transactions)).spans) store.add(one);
    expect(viewTrace(store, viewed.traceId)?.rows).toHaveLength(1_001);
  });

  it('marks a link to a span that is not stored', async () => {
    const sent = span({ kind: 'CONSUMER', links: [{ traceId: newTraceId(), spanId: newSpanId() }] });
    await served.send(sent);
    const { rows } = await served.get<TraceView>(`traces/${sent.traceId}`);
    expect(rows).toMatchObject([{ links: [{ target: null }] }]);
  });

  it('is unknown by name when it is not here', async () => {
    const answer = await fetch(`${served.url}/api/traces/${newTraceId()}`);
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([404, 'UNKNOWN_TRACE']);
  });
});

describe('the service map', () => {
  it('has calls, messages by sender and destination, and databases', async () => {
    const traceId = newTraceId();
    const root = span({ traceId, service: 'gateway', kind: 'SERVER' });
    const below = { traceId, parentSpanId: root.spanId };
    const to = { 'messaging.destination.name': 'cmd.inventory.reserve-stock' };
    await served.send(
      root,
      span({ ...below, service: 'orders', kind: 'SERVER', durationMs: 7 }),
      span({ ...below, service: 'orders', kind: 'PRODUCER', attributes: to }),
      ...Array.from({ length: 20 }, (_, index) =>
        span({
          ...below,
          service: 'inventory',
          kind: 'CONSUMER',
          attributes: to,
          durationMs: index + 1,
          failed: index === 0,
        }),
      ),
      span({ traceId, service: 'inventory', kind: 'CLIENT', attributes: { 'db.system.name': 'postgresql' } }),
    );
    const { nodes, edges } = await served.get<ServiceMap>('service-map');
    expect(edges.toSorted((a, b) => a.to.localeCompare(b.to))).toMatchObject([
      { from: 'orders', to: 'inventory', via: 'message', count: 20, errors: 1, p95Us: 19_000 },
      { from: 'gateway', to: 'orders', via: 'call', count: 2 },
      { from: 'inventory', to: 'postgresql', via: 'database', count: 1, errors: 0 },
    ]);
    expect(nodes.map(({ name, kind }) => [name, kind])).toContainEqual(['postgresql', 'database']);
  });

  it('shows the busiest of more services than can be drawn, at once', () => {
    const store = new TraceStore();
    const attributes = { 'messaging.destination.name': 'everybody' };
    const services = Array.from({ length: 3_000 }, (_, index) => `service-${index}`);
    const traces = Array.from({ length: 10 }, newTraceId);
    const hostile = services.flatMap((service, index) =>
      (['PRODUCER', 'CONSUMER'] as const).map((kind) =>
        span({ traceId: traces[index % traces.length] as string, service, kind, attributes }),
      ),
    );
    const traceId = newTraceId();
    const orders = span({ traceId });
    const called = { traceId, parentSpanId: orders.spanId, service: 'inventory' };
    const calls = Array.from({ length: 5 }, () => span(called));
    const { spans } = decodeExport(otlp(...hostile, orders, span({ traceId }), span({ traceId }), ...calls));
    for (const one of spans) store.add(one);
    const startedAt = performance.now();
    const map = serviceMap(store);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(map.nodes.length).toBeLessThan(100);
    expect(map.nodes.slice(0, 2).map(({ name }) => name)).toEqual(['inventory', 'orders']);
    expect(map.edges.length).toBeLessThan(500);
    expect(map.edges).toContainEqual(expect.objectContaining({ from: 'orders', to: 'inventory' }));
    expect(map.more.nodes).toBeGreaterThan(2_000);
  });

  it('is computed once until a new span arrives', () => {
    const store = new TraceStore();
    const map = serviceMap(store);
    expect(serviceMap(store)).toBe(map);
    for (const one of decodeExport(otlp(span())).spans) store.add(one);
    expect(serviceMap(store).nodes).toHaveLength(1);
  });
});
