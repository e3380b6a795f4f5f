import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EarlyRefusals } from '../../src/edge/load-shedder.js';
import { ProblemException } from '../../src/problem/problem.exception.js';

const REQUEST = 'POST /v1/orders HTTP/1.1\r\nhost: shop\r\ncontent-length: 0\r\n\r\n';
/** So many are answered before the others wait for their turn, which comes when a test says so. */
const AT_ONCE = 40;

/** As `vi.waitUntil`, which would turn the clock that these tests hold. The time of a test is its deadline. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(5);
}

describe('refusals that wait for their turn', () => {
  let server: Server;
  let refusals: EarlyRefusals;
  let arrived: number;
  let left: number;

  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    arrived = left = 0;
    server = createServer(() => expect.unreachable('nothing is let through'));
    const admission = { refusal: () => new ProblemException('SERVICE_OVERLOADED', 'Later.') };
    const [gate, tokens, draining] = [{}, {}, { isUnderWay: false }];
    const [rates, config] = [{ take: () => undefined }, { trustProxy: false }];
    refusals = Reflect.construct(EarlyRefusals, [admission, gate, tokens, draining, rates, config]);
    refusals.standBefore(server);
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

  it('are given in turn', async () => {
    const sockets = await crowd(AT_ONCE + 50);
    await until(() => told(sockets) === AT_ONCE);
    vi.advanceTimersByTime(10);
    await until(() => told(sockets) === 2 * AT_ONCE);
    vi.advanceTimersByTime(10);
    await until(() => told(sockets) === sockets.length);
  });

  it('are not given to who has left, who takes no turn of those who stay', async () => {
    const sockets = await crowd(3 * AT_ONCE);
    await until(() => told(sockets) === AT_ONCE);
    const waiting = sockets.filter(({ heard }) => heard === '');
    const leavers = waiting.slice(0, AT_ONCE);
    for (const socket of leavers) socket.destroy();
    await until(() => left === 2 * AT_ONCE);
    vi.advanceTimersByTime(10);
    await until(() => told(waiting.slice(AT_ONCE)) === AT_ONCE);
  });

  it('are one for each connection: who asks on without waiting is sent away', async () => {
    await crowd(AT_ONCE);
    const socket = await open();
    const closed = once(socket, 'close');
    socket.write(REQUEST.repeat(1_000));
    await closed;
    expect(socket.heard).toBe('');
  });

  it('are all given when the gateway ends', async () => {
    const sockets = await crowd(3 * AT_ONCE);
    refusals.onModuleDestroy();
    await until(() => told(sockets) === sockets.length);
  });
});
