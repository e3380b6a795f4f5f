import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { until } from '@doorbuster/embedded';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TraceList } from '../../src/traces/queries/list-traces.js';
import type { TraceView } from '../../src/traces/queries/trace-view.js';
import { IntakeBudget } from '../../src/traces/receiver/intake-budget.js';
import { newTraceId, otlp, span } from './otlp.js';
import { serve, type Served } from './served.js';

describe('the receiver of traces', () => {
  let served: Served;
  beforeEach(async () => {
    served = await serve();
  });
  afterEach(async () => {
    await served.close();
    expect(served.defects).toEqual([]);
  });
  const codeOf = async (response: Response) => [
    response.status,
    ((await response.json()) as { code: string }).code,
  ];

  it('takes OTLP in JSON, packed or not', async () => {
    const [plain, packed] = [span(), span()];
    await served.send(plain);
    const body = Buffer.from(gzipSync(JSON.stringify(otlp(packed))));
    const answer = await served.post(body, { 'content-encoding': 'gzip' });
    expect([answer.status, await answer.json()]).toEqual([200, {}]);
    const { items } = await served.get<TraceList>('traces');
    expect(items.map(({ traceId }) => traceId).toSorted()).toEqual(
      [plain.traceId, packed.traceId].toSorted(),
    );
  });

  it('says what it does not understand, and what to set', async () => {
    const answer = await served.post('x', { 'content-type': 'application/x-protobuf' });
    expect(answer.status).toBe(415);
    expect(await answer.text()).toContain('OTEL_EXPORTER_OTLP_PROTOCOL=http/json');
    expect(await codeOf(await served.post('x', { 'content-encoding': 'br' }))).toEqual([
      415,
      'UNSUPPORTED_ENCODING',
    ]);
    expect(await codeOf(await served.post('x', { 'content-encoding': 'gzip' }))).toEqual([400, 'BAD_GZIP']);
  });

  it.each(['', '{', '[]', 'null', '7', '{"resourceSpans":1}', '['.repeat(20_000)])(
    'refuses what is no export: %.20s',
    async (body) => expect(await codeOf(await served.post(body))).toEqual([400, 'BAD_EXPORT']),
  );

  it('takes the good spans of an export and tells how many were none', async () => {
    const good = span();
    const bad = [
      null,
      7,
      {},
      { ...good, traceId: '0'.repeat(32) },
      { ...good, startTimeUnixNano: 1e300 },
      { ...good, startTimeUnixNano: { valueOf: 1 } },
      { traceId: newTraceId(), spanId: 'x', startTimeUnixNano: '1' },
    ];
    const [{ scopeSpans }] = (otlp(good) as { resourceSpans: [{ scopeSpans: [{ spans: unknown[] }] }] })
      .resourceSpans;
    const body = {
      resourceSpans: [
        null,
        {},
        { scopeSpans: 'x' },
        { scopeSpans: [{ spans: [...bad, ...scopeSpans[0].spans] }] },
      ],
    };
    const answer = await served.post(JSON.stringify(body));
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ partialSuccess: { rejectedSpans: String(bad.length) } });
    expect((await served.get<TraceList>('traces')).held.spans).toBe(1);
  });

  it('keeps values of every type, and cuts those that are too long', async () => {
    const sent = span({ attributes: { long: 'x'.repeat(100_000), count: 7 } });
    const body = JSON.stringify(otlp(sent)).replace(
      '{"key":"count"',
      '{"key":"list","value":{"arrayValue":{"values":[{"intValue":"1"},{"boolValue":true}]}}},' +
        '{"key":"map","value":{"kvlistValue":{"values":[{"key":"a","value":{"doubleValue":0.5}}]}}},' +
        '{"key":"big","value":{"intValue":"9223372036854775807"}},{"key":"none","value":{}},{"key":"count"',
    );
    expect((await served.post(body)).status).toBe(200);
    const { rows } = await served.get<TraceView>(`traces/${sent.traceId}`);
    expect(rows[0]).toMatchObject({
      attributes: { count: 7, list: '[1,true]', map: '{"a":0.5}', big: '9223372036854775807' },
    });
    expect(JSON.stringify(rows).length).toBeLessThan(6_000);
  });

  it('reads no body that is too large, packed or not', async () => {
    expect(await codeOf(await served.post('x'.repeat(5_000_000)))).toEqual([413, 'TOO_LARGE']);
    const bomb = Buffer.from(gzipSync(Buffer.alloc(64 * 1024 * 1024)));
    expect(await codeOf(await served.post(bomb, { 'content-encoding': 'gzip' }))).toEqual([413, 'TOO_LARGE']);
    // What was unpacked has used up the budget, which fills again.
    const next = async (): Promise<number> => (await served.post(JSON.stringify(otlp(span())))).status;
    await expect.poll(next, { timeout: 10_000 }).toBe(200);
  });

  it('continues after a client disconnects in the middle of a body', async () => {
    const { hostname, port } = new URL(served.url);
    const socket = connect(Number(port), hostname);
    socket.write('POST /v1/traces HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n');
    socket.write('content-length: 1000\r\n\r\n{', () => socket.destroy());
    await once(socket, 'close');
    await expect(served.send(span())).resolves.toBeUndefined();
  });

  it('continues after a failed accept, which it logs, and after a lost connection', async () => {
    const seen: { server: Server; socket: Socket }[] = [];
    const see = (message: unknown): void => void seen.push(message as (typeof seen)[number]);
    subscribe('http.server.request.start', see);
    await served.send(span());
    unsubscribe('http.server.request.start', see);
    const { port } = new URL(served.url);
    const own = seen.find(({ socket }) => String(socket.localPort) === port);
    const exhausted = new Error('EMFILE');
    own?.server.emit('error', exhausted);
    own?.socket.emit('error', new Error('EPIPE'));
    expect(served.defects.splice(0)).toEqual([exhausted]);
    await served.send(span());
  });

  it('accepts logs and metrics and drops them', async () => {
    for (const signal of ['logs', 'metrics']) {
      const answer = await fetch(`${served.url}/v1/${signal}`, { method: 'POST', body: 'anything' });
      expect(answer.status).toBe(200);
    }
  });

  it('refuses requests above the byte budget until it has refilled', async () => {
    let now = 0;
    const limits = { bytesPerSecond: 1_000, burstBytes: 100, requestsMax: 4 };
    const slow = await serve({ budget: new IntakeBudget(limits, () => now) });
    await slow.send(span());
    const refused = await slow.post(JSON.stringify(otlp(span())));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
    now = 5_000;
    await slow.send(span());
    await slow.close();
  });

  it('limits concurrent requests', () => {
    const budget = new IntakeBudget({ bytesPerSecond: 1, burstBytes: 100, requestsMax: 2 }, () => 0);
    const [first, ...others] = [budget.enter(), budget.enter(), budget.enter()];
    expect([first, ...others].map((intake) => intake !== undefined)).toEqual([true, true, false]);
    first?.leave();
    expect(budget.enter()).toBeDefined();
  });

  it('charges invalid, oversized and aborted requests to the budget, and recovers', async () => {
    let now = 0;
    const limits = { bytesPerSecond: 1_000_000, burstBytes: 1_000, requestsMax: 1 };
    const slow = await serve({ budget: new IntakeBudget(limits, () => now) });
    const zipped = Buffer.from(gzipSync('x'.repeat(5_000)));
    const bomb = Buffer.from(gzipSync(Buffer.alloc(16 * 1024 * 1024)));
    const bodies: [string | Buffer<ArrayBuffer>, Record<string, string>][] = [
      ['x'.repeat(2_000), {}],
      ['x'.repeat(2_000), { 'content-encoding': 'gzip' }],
      [zipped, { 'content-encoding': 'gzip' }],
      [bomb, { 'content-encoding': 'gzip' }],
    ];
    for (const [body, headers] of bodies) {
      expect([400, 413]).toContain((await slow.post(body, headers)).status);
      expect((await slow.post('{}')).status).toBe(429);
      now += 60_000;
    }
    const { hostname, port } = new URL(slow.url);
    const socket = connect(Number(port), hostname);
    socket.write('POST /v1/traces HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n');
    socket.write(`content-length: 9000\r\n\r\n${'x'.repeat(2_000)}`);
    const status = async (): Promise<number> => (await slow.post(JSON.stringify(otlp(span())))).status;
    const reads = (wanted: number) =>
      until(async () => ((await status()) === wanted ? true : undefined), {
        deadlineMs: 5_000,
        intervalMs: 5,
        what: `an answer ${wanted}`,
      });
    await reads(429);
    socket.destroy();
    now += 60_000;
    await reads(200);
    await slow.close();
    expect(slow.defects).toEqual([]);
  });
});
