import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Dependencies } from '@doorbuster/contracts';

const CONNECTIONS_MAX = 32;
const REQUEST_TIMEOUT_MS = 2_000;

/** The response of `/readyz`. */
export function readinessOf(dependencies: Dependencies): { status: 200 | 503; body: object } {
  const isReady = Object.values(dependencies).every((state) => state === 'up');
  return { status: isReady ? 200 : 503, body: { status: isReady ? 'ready' : 'not ready', dependencies } };
}

/**
 * Serves `/healthz` and `/readyz` as `ServiceHealthController` does, for the provisioner: it is not a Nest application, so it
 * has no controllers. @returns the port
 */
export async function serveHealth(
  port: number,
  dependencies: () => Promise<Dependencies>,
  host?: string,
): Promise<number> {
  const server = createServer((request, response) => {
    if (request.url === '/healthz') answer(response, 200, { status: 'ok' });
    else if (request.url === '/readyz') void answerReadiness(response, dependencies);
    else answer(response, 404, { status: 'not found' });
  });
  server.maxConnections = CONNECTIONS_MAX;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.headersTimeout = REQUEST_TIMEOUT_MS;
  // This server does not keep the process alive.
  server.unref();
  await once(server.listen({ port, host }), 'listening');
  return (server.address() as AddressInfo).port;
}

async function answerReadiness(response: ServerResponse, ask: () => Promise<Dependencies>): Promise<void> {
  const { status, body } = readinessOf(await ask());
  answer(response, status, body);
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
