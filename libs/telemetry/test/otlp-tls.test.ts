import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { testCertificates, type TestCertificates } from '@doorbuster/embedded/testing';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';

const DEADLINE_MS = 25_000;
/** A process that starts telemetry as each of ours does, ends one span, and exports what is left. */
const PROGRAM = `
  import { trace } from '@opentelemetry/api';
  import { startTelemetry, stopTelemetry } from '@doorbuster/telemetry/start';
  await startTelemetry('orders');
  trace.getTracer('test').startSpan('said over TLS').end();
  await stopTelemetry(10_000);
`;

let certificates: TestCertificates;
let others: TestCertificates;
let collector: Server;
let port: number;
let received: { path: string; body: Buffer }[] = [];
let connections = 0;
const take = async (request: IncomingMessage): Promise<void> => {
  received.push({ path: request.url ?? '', body: await buffer(request) });
};
beforeAll(async () => {
  // By its address alone, so that `localhost` is a host that the certificate is not for.
  certificates = await testCertificates(['127.0.0.1']);
  others = await testCertificates(['127.0.0.1']);
  collector = createServer({
    cert: readFileSync(certificates.certFile),
    key: readFileSync(certificates.keyFile),
  });
  collector.on('request', (request, response) => {
    void take(request).then(() => response.setHeader('content-type', 'application/json').end('{}'));
  });
  collector.on('connection', () => {
    connections += 1;
  });
  await once(collector.listen(0, '127.0.0.1'), 'listening');
  ({ port } = collector.address() as AddressInfo);
});
afterAll(() => {
  collector.closeAllConnections();
  collector.close();
  certificates.remove();
  others.remove();
});
beforeEach(() => {
  received = [];
  connections = 0;
});

/** Exports one span to the collector. */
async function exportTo(host: string, caFile?: string): Promise<void> {
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', PROGRAM], {
    cwd: import.meta.dirname,
    timeout: DEADLINE_MS,
    env: {
      PATH: process.env['PATH'],
      OTEL_EXPORTER_OTLP_ENDPOINT: `https://${host}:${port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_TIMEOUT: '3000',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      ...(caFile !== undefined && { OTEL_EXPORTER_OTLP_CERTIFICATE: caFile }),
    },
  });
}

it('a process exports to a collector with TLS whose authority it was told of', async () => {
  await exportTo('127.0.0.1', certificates.caFile);
  expect(received.map(({ path }) => path)).toEqual(['/v1/traces']);
  expect(received[0]?.body.toString()).toContain('said over TLS');
});

it.each([
  ['whose authority it does not know', '127.0.0.1', () => undefined],
  ['that another authority signed', '127.0.0.1', () => others.caFile],
  ['that is for another host', 'localhost', () => certificates.caFile],
])('a process exports nothing to a collector with a certificate %s', async (_, host, caFile) => {
  await exportTo(host, caFile());
  // It did try.
  expect(connections).toBeGreaterThan(0);
  expect(received).toEqual([]);
});
