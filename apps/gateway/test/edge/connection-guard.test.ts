import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ConnectionGuard } from '../../src/edge/connection-guard.js';
import type { GatewayConfig } from '../../src/gateway.config.js';

/** More than the system's buffers between two sockets. */
const ANSWER = Buffer.alloc(24 * 1024 ** 2, 'x');

let server: Server;
let guard: ConnectionGuard;
let accepted: Socket;
let client: Socket;
beforeEach(async () => {
  // The clock and the timer of the guard, so that 15 s pass at once.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  guard = new ConnectionGuard({ connectionsPerAddressMax: null, trustProxy: false } as GatewayConfig);
  server = createServer();
  guard.attach(server, (_: IncomingMessage, response: ServerResponse) => response.end(ANSWER));
  server.on('connection', (socket: Socket) => (accepted = socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);
  client.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  await once(client, 'readable');
});
afterEach(() => {
  client.destroy();
  server.close();
  guard.onApplicationShutdown();
  vi.useRealTimers();
});

/** Reads this many bytes and lets the kernel take as many from the server. */
async function read(bytes: number): Promise<void> {
  for (let left = bytes; left > 0;) {
    const part = client.read(Math.min(left, client.readableLength || left)) as Buffer | null;
    if (part) left -= part.length;
    else await once(client, 'readable');
  }
  await new Promise((resolve) => setTimeout(resolve, 20));
}

it('keeps a connection that reads a long answer slowly, and closes one that has stopped reading', async () => {
  for (let second = 0; second < 20; second += 1) {
    await read(800_000);
    vi.advanceTimersByTime(1_000);
    expect(accepted.destroyed, `after ${second} s`).toBe(false);
  }
  expect(accepted.writableLength).toBeGreaterThan(0);
  vi.advanceTimersByTime(17_000);
  expect(accepted.destroyed).toBe(true);
});

it('closes a connection that reads a few bytes a second', async () => {
  for (let second = 0; second < 18; second += 1) {
    await read(1_000);
    vi.advanceTimersByTime(1_000);
  }
  expect(accepted.destroyed).toBe(true);
});

it('reads no further requests of a packet whose connection it has closed', async () => {
  let requests = 0;
  server.on('request', () => (requests += 1));
  client.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(1_500));
  await once(accepted, 'close');
  // 40 may wait, and one more closes the connection.
  expect(requests).toBe(41);
});
