import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Dependencies } from '@doorbuster/contracts';

const CONNECTIONS_MAX = 32;
const REQUEST_TIMEOUT_MS = 2_000;

/**
 * Answers `/healthz`, that the process is alive, and `/readyz`, whether all that it needs is there, to whoever watches
 * over the process. On a server of its own, which says nothing else and outlives what it tells about. Gives its port.
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
  // Nobody waits for this server: the process ends when all else has.
  server.unref();
  await once(server.listen({ port, host }), 'listening');
  return (server.address() as AddressInfo).port;
}

async function answerReadiness(response: ServerResponse, ask: () => Promise<Dependencies>): Promise<void> {
  const dependencies = await ask();
  const isReady = Object.values(dependencies).every((state) => state === 'up');
  answer(response, isReady ? 200 : 503, { status: isReady ? 'ready' : 'not ready', dependencies });
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
