import { once } from 'node:events';
import { connect } from 'node:net';
import { ApiClient } from '@doorbuster/api-client';
import { launchPlatform, type LaunchedPlatform } from '@doorbuster/platform';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Fuzzer } from './fixtures/fuzzer.js';
import { SEED } from './fixtures/seed.js';

const REQUESTS = Number(process.env['FUZZ_REQUESTS'] ?? 3_000);
const SECONDS = Number(process.env['FUZZ_SECONDS'] ?? 60);
const AT_ONCE = 8;

let platform: LaunchedPlatform;
beforeAll(async () => {
  platform = await launchPlatform({ env: { RATE_LIMIT: 'off', SEED: 'demo' } });
});
afterAll(() => platform.dispose());

it(
  `random requests from the API document: no server error, every answer as documented (seed ${SEED})`,
  { timeout: (SECONDS + 60) * 1_000 },
  async () => {
    const api = new ApiClient({ url: platform.url });
    const document = (await api.openApi()) as never;
    const issued = [
      await api.issueToken({ customerId: 'fuzz-admin', role: 'admin' }),
      await api.issueToken({ customerId: 'fuzz-customer' }),
    ];
    const tokens = issued.map(({ accessToken }) => accessToken);
    const fuzzer = new Fuzzer(platform.url, document, tokens, SEED);
    const end = Date.now() + SECONDS * 1_000;
    let sent = 0;
    const work = async (): Promise<void> => {
      while (sent < REQUESTS && Date.now() < end && fuzzer.faults.length < 50) {
        sent += 1;
        await fuzzer.once();
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    expect(fuzzer.faults).toEqual([]);
    const statuses = `statuses of ${sent} requests: ${JSON.stringify([...fuzzer.statuses])}`;
    expect(fuzzer.statuses.size, statuses).toBeGreaterThan(8);
  },
);

const HOST = 'host: x\r\n';
const POST = `POST /v1/auth/token HTTP/1.1\r\n${HOST}content-type: application/json\r\n`;
it.each([
  ['two different lengths', `${POST}content-length: 2\r\ncontent-length: 3\r\n\r\n{}`],
  ['a length and chunks', `${POST}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`],
  ['a chunk that is no number', `${POST}transfer-encoding: chunked\r\n\r\nzz\r\n`],
  ['an encoding that is unknown', `${POST}transfer-encoding: gzip\r\n\r\n`],
  ['a negative length', `${POST}content-length: -1\r\n\r\n`],
  ['a huge length', `${POST}content-length: 99999999999999999999\r\n\r\n`],
  ['a method that is unknown', `BREW /docs HTTP/1.1\r\n${HOST}\r\n`],
  ['no host', 'GET /healthz HTTP/1.1\r\n\r\n'],
  ['NUL in its path', `GET /v1/products/\0 HTTP/1.1\r\n${HOST}\r\n`],
  ['NUL in a header', `GET /healthz HTTP/1.1\r\n${HOST}x: \0\r\n\r\n`],
  ['an invalid escape', `GET /v1/products/%zz HTTP/1.1\r\n${HOST}\r\n`],
  ['an escape that is not UTF-8', `GET /v1/products/%ff HTTP/1.1\r\n${HOST}\r\n`],
  ['an absolute target of nothing', `GET http://x/nothing HTTP/1.1\r\n${HOST}\r\n`],
  ['a target that is no path', `GET nothing HTTP/1.1\r\n${HOST}\r\n`],
  ['another protocol', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  [
    'an authorization twice',
    `GET /v1/orders HTTP/1.1\r\n${HOST}authorization: Bearer a\r\nauthorization: Bearer b\r\n\r\n`,
  ],
])('a request with %s is refused, and the gateway stays alive', async (_name, request) => {
  const socket = connect(Number(new URL(platform.url).port), '127.0.0.1');
  socket.on('error', () => undefined).setEncoding('latin1');
  let answer = '';
  socket.on('data', (part: string) => {
    answer += part;
    socket.end();
  });
  socket.write(request);
  await once(socket, 'close');
  expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
  expect(await new ApiClient({ url: platform.url }).liveness()).toEqual({ status: 'ok' });
});
