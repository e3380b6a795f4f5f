import { findFreePort } from '@doorbuster/embedded';
import { eventually } from '@doorbuster/embedded/testing';
import { launchPlatform, type LaunchedPlatform } from '@doorbuster/platform';
import { afterEach, expect, it } from 'vitest';
import { RECOVERY, Shop } from './fixtures/shop.js';
import { TraceSink } from './fixtures/trace-sink.js';
import { expectAllSignals } from './fixtures/traces.js';

/** Milliseconds. */
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

/** tracing.test.ts expects the same of http/json. */
it('traces, metrics and logs are exported as http/protobuf by environment variables alone', async () => {
  sink = await TraceSink.open();
  const protocol = 'http/protobuf';
  const shop = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_EXPORTER_OTLP_PROTOCOL: protocol });
  const { headers, status } = await shop.buy([{ sku: 'MUG', quantity: 1 }], { wait: 20 });
  expect(status).toBe(201);
  const traceId = headers.get('traceparent')?.slice(3, 35) ?? '';
  await expectAllSignals(sink, Buffer.from(traceId, 'hex'), 'application/x-protobuf');
});

it('a missing collector fails no checkout, and each process warns once', async () => {
  const unused = `http://127.0.0.1:${await findFreePort()}`;
  const shop = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: unused, OTEL_EXPORTER_OTLP_TIMEOUT: '500' });
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
