import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createPlainServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer } from 'node:tls';
import { eventually, testCertificates, type TestCertificates } from '@doorbuster/embedded/testing';
import { createLogger } from '@doorbuster/telemetry';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openCacheStore, type CacheStore } from '../../../src/products/cache/cache-store.js';

/**
 * The server is not Redis or Valkey, which not every test machine has. It is Node's TLS server with a test certificate and
 * a few commands of the protocol (RESP) over one map. The client, its verification of the server and the encryption are real.
 */
const commandsOver = (map: Map<string, string>, received: string[]) => (socket: Socket) => {
  let rest = '';
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => {
    rest += chunk.toString('utf8');
    for (let parsed = takeCommand(rest); parsed !== undefined; parsed = takeCommand(rest)) {
      rest = parsed.rest;
      const [name = '', key = '', value = ''] = parsed.words;
      received.push(name.toUpperCase());
      socket.write(answer(map, name.toUpperCase(), key, value));
    }
  });
};

function answer(map: Map<string, string>, name: string, key: string, value: string): string {
  if (name === 'PING') return '+PONG\r\n';
  if (name === 'GET') return bulk(map.get(key));
  if (name === 'SET') map.set(key, value);
  return '+OK\r\n';
}

const bulk = (text: string | undefined): string =>
  text === undefined ? '$-1\r\n' : `$${Buffer.byteLength(text)}\r\n${text}\r\n`;

/** Parses `*2\r\n$3\r\nGET\r\n$1\r\na\r\n`. All characters have one byte. */
function takeCommand(text: string): { words: string[]; rest: string } | undefined {
  const head = /^\*(\d+)\r\n/.exec(text);
  if (head === null) return undefined;
  let at = head[0].length;
  const words: string[] = [];
  for (let left = Number(head[1]); left > 0; left -= 1) {
    const size = /^\$(\d+)\r\n/.exec(text.slice(at));
    if (size === null) return undefined;
    const from = at + size[0].length;
    at = from + Number(size[1]) + 2;
    if (text.length < at) return undefined;
    words.push(text.slice(from, at - 2));
  }
  return { words, rest: text.slice(at) };
}

let certificates: TestCertificates;
let others: TestCertificates;
const map = new Map<string, string>();
let received: string[] = [];
const servers: Server[] = [];
const listen = async (server: Server): Promise<number> => {
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};
let port: number;
let plainPort: number;
beforeAll(async () => {
  // For the address only, so that `localhost` is a wrong host name.
  certificates = await testCertificates(['127.0.0.1']);
  others = await testCertificates(['127.0.0.1']);
  const identity = { cert: readFileSync(certificates.certFile), key: readFileSync(certificates.keyFile) };
  const serve = (socket: Socket) => commandsOver(map, received)(socket);
  port = await listen(createServer(identity, serve));
  plainPort = await listen(createPlainServer(serve));
});
afterAll(() => {
  for (const server of servers) server.close();
  certificates.remove();
  others.remove();
});

let store: CacheStore | undefined;
function close(): void {
  store?.close();
  store = undefined;
}
afterEach(() => {
  close();
  received = [];
  map.clear();
});

/** Opens the cache; `warned` gives its warnings about the connection. */
function open(url: string, caFile?: string): { cache: CacheStore['cache']; warned: () => string } {
  const logger = createLogger('catalog', 'silent');
  const warn = vi.spyOn(logger, 'warn');
  store = openCacheStore({ url, caFile }, 60_000, logger);
  const warned = (): string =>
    warn.mock.calls.map(([fields]) => String((fields as { err?: unknown }).err)).join();
  return { cache: store.cache, warned };
}

const refusal = (warned: () => string): Promise<string> =>
  eventually(() => warned() || undefined, 'the client to refuse');

describe('the shared cache over TLS', () => {
  it('stores entries at a server whose CA it trusts', async () => {
    const { cache } = open(`rediss://127.0.0.1:${port}`, certificates.caFile);
    await eventually(() => cache.set('a', 'kept'), 'the connection');
    expect(await cache.get('a')).toBe('kept');
    expect([...map.values()].join()).toContain('kept');
  });

  it('sends nothing to a server whose certificate another CA signed', async () => {
    for (const caFile of [others.caFile, undefined]) {
      const { cache, warned } = open(`rediss://user:password@127.0.0.1:${port}`, caFile);
      expect(await refusal(warned)).toMatch(/unable to verify|signature|local issuer/);
      await expect(cache.set('a', 'secret')).rejects.toThrow(/closed|offline|not open/i);
      close();
    }
    expect(received).toEqual([]);
  });

  it('sends nothing to a server whose certificate is for another host', async () => {
    const { warned } = open(`rediss://user:password@localhost:${port}`, certificates.caFile);
    expect(await refusal(warned)).toMatch(/does not match/);
    expect(received).toEqual([]);
  });

  it('sends nothing to a server without TLS', async () => {
    const { warned } = open(`rediss://user:password@127.0.0.1:${plainPort}`, certificates.caFile);
    // The server waits for a command, and the client for the TLS handshake.
    expect(await refusal(warned)).toMatch(/timeout|closed|wrong version/i);
    expect(received).toEqual([]);
  });
});
