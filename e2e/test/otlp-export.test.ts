import { findFreePort } from '@doorbuster/embedded';
import { eventually } from '@doorbuster/embedded/testing';
import { launchPlatform, type LaunchedPlatform } from '@doorbuster/platform';
import { afterEach, expect, it } from 'vitest';
import { RECOVERY, Shop } from './fixtures/shop.js';
import { TraceSink } from './fixtures/trace-sink.js';

const SIGNALS = ['/v1/traces', '/v1/metrics', '/v1/logs'];
/** By the specification, in milliseconds. */
const HASTE = {
  OTEL_BSP_SCHEDULE_DELAY: '100',
  OTEL_BLRP_SCHEDULE_DELAY: '100',
  OTEL_METRIC_EXPORT_INTERVAL: '500',
};

let platform: LaunchedPlatform | undefined;
let sink: TraceSink | undefined;
afterEach(async () => {
  await platform?.dispose();
  await sink?.close();
});

async function start(env: Record<string, string>): Promise<Shop> {
  platform = await launchPlatform({ env: { RATE_LIMIT: 'off', LOG_LEVEL: 'info', ...HASTE, ...env } });
  const shop = await Shop.open(platform);
  await shop.stockUp('MUG', 100);
  return shop;
}

it.each([
  ['http/json', 'application/json'],
  ['http/protobuf', 'application/x-protobuf'],
])('traces, metrics and logs go out as %s by environment variable alone', async (protocol, contentType) => {
  const open = (sink = await TraceSink.open());
  const shop = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: open.url, OTEL_EXPORTER_OTLP_PROTOCOL: protocol });
  const { headers, status } = await shop.buy([{ sku: 'MUG', quantity: 1 }], { wait: 20 });
  expect(status).toBe(201);
  const traceId = headers.get('traceparent')?.slice(3, 35) ?? '';
  // Protobuf carries the id as bytes, JSON as hexadecimal digits.
  const asSent = contentType === 'application/json' ? Buffer.from(traceId) : Buffer.from(traceId, 'hex');
  const isExported = (): true | undefined => {
    const traced = open.received.some(({ path, body }) => path === '/v1/traces' && body.includes(asSent));
    const signals = new Set(open.received.map(({ path }) => path));
    return (traced && SIGNALS.every((signal) => signals.has(signal))) || undefined;
  };
  await eventually(isExported, 'all signals', RECOVERY);
  expect(new Set(open.received.map((request) => request.contentType))).toEqual(new Set([contentType]));
});

it('a collector that is away costs no checkout, and each process one warning', async () => {
  const nobody = `http://127.0.0.1:${await findFreePort()}`;
  const shop = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: nobody, OTEL_EXPORTER_OTLP_TIMEOUT: '500' });
  const warnings = (): string[] =>
    platform?.output().match(/"service":"\w+".*telemetry is incomplete/g) ?? [];
  const warnsTwice = async (): Promise<true | undefined> => {
    expect(await shop.buy([{ sku: 'MUG', quantity: 1 }], { wait: 20 })).toMatchObject({ status: 201 });
    return warnings().length >= 2 || undefined;
  };
  await eventually(warnsTwice, 'two warnings', RECOVERY);
  for (let i = 0; i < 20; i += 1) {
    expect(await shop.buy([{ sku: 'MUG', quantity: 1 }], { wait: 20 })).toMatchObject({ status: 201 });
  }
  const services = warnings().map((line) => /"service":"(\w+)"/.exec(line)?.[1]);
  expect(new Set(services).size).toBe(services.length);
});
