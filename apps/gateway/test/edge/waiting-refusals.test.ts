import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LoadShedder } from '../../src/edge/load-shedder.js';
import { ProblemException } from '../../src/problem/problem.exception.js';

const REQUEST = 'POST /v1/orders HTTP/1.1\r\nhost: shop\r\ncontent-length: 0\r\n\r\n';
/** The first ones are answered at once; the others wait for a turn, which the test triggers. */
const AT_ONCE = 40;

/** Like `vi.waitUntil`, which would advance the fake clock. The timeout of the test is its deadline. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(5);
}

describe('throttled refusals', () => {
  let server: Server;
  let refusals: LoadShedder;
  let arrived: number;
  let left: number;

  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    arrived = left = 0;
    const admission = { refusal: () => new ProblemException('SERVICE_OVERLOADED', 'Later.') };
    const [gate, tokens] = [{}, {}];
    const [rates, config] = [{ take: () => undefined }, { trustProxy: false }];
    refusals = Reflect.construct(LoadShedder, [admission, gate, tokens, rates, config]);
    server = createServer(refusals.attach(() => expect.unreachable('nothing is let through')));
    server.prependListener('request', (_, response) => {
      arrived += 1;
      response.once('close', () => (left += 1));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    vi.useRealTimers();
    server.closeAllConnections();
    server.close();
  });

  const open = async (): Promise<Socket & { heard: string }> => {
    const socket = Object.assign(connect((server.address() as AddressInfo).port, '127.0.0.1'), { heard: '' });
    socket.setEncoding('utf8').on('data', (text: string) => (socket.heard += text));
    socket.on('error', () => {});
    await once(socket, 'connect');
    return socket;
  };
  const crowd = async (size: number) => {
    const sockets = await Promise.all(Array.from({ length: size }, open));
    for (const socket of sockets) socket.write(REQUEST);
    await until(() => arrived === size);
    return sockets;
  };
  const told = (sockets: readonly { heard: string }[]) =>
    sockets.filter(({ heard }) => heard.includes(' 503 ')).length;

  it('are sent in turn', async () => {
    const sockets = await crowd(AT_ONCE + 50);
    await until(() => told(sockets) === AT_ONCE);
    vi.advanceTimersByTime(10);
    await until(() => told(sockets) === 2 * AT_ONCE);
    vi.advanceTimersByTime(10);
    await until(() => told(sockets) === sockets.length);
  });

  it('take no turn after the client has disconnected', async () => {
    const sockets = await crowd(3 * AT_ONCE);
    await until(() => told(sockets) === AT_ONCE);
    const waiting = sockets.filter(({ heard }) => heard === '');
    const leavers = waiting.slice(0, AT_ONCE);
    for (const socket of leavers) socket.destroy();
    await until(() => left === 2 * AT_ONCE);
    vi.advanceTimersByTime(10);
    await until(() => told(waiting.slice(AT_ONCE)) === AT_ONCE);
  });

  it('are all sent on shutdown', async () => {
    const sockets = await crowd(3 * AT_ONCE);
    refusals.flush();
    await until(() => told(sockets) === sockets.length);
  });
});
