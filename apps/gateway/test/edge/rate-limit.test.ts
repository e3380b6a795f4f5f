import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { accept, getStock, listOrders, listProducts, type Actor } from '@doorbuster/contracts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { networkOf } from '@doorbuster/service/process';
import { RateLimiter } from '../../src/edge/limits.js';
import type { GatewayConfig } from '../../src/gateway.config.js';
import { startFixture, type Fixture } from '../support/fixture.js';

describe('the rate limit', () => {
  let fixture: Fixture;

  beforeAll(async () => {
    fixture = await startFixture({ RATE_LIMIT: '5', RATE_LIMIT_PER_ADDRESS: '8', TRUST_PROXY: '1' });
    await fixture.services.answer(listOrders, () => accept({ items: [], nextCursor: null }));
    await fixture.services.answer(listProducts, () => accept({ items: [], nextCursor: null }));
    const stock = { sku: 'A', available: 0, reserved: 0, sold: 0, received: 0 };
    await fixture.services.answer(getStock, () => accept(stock));
  });
  afterAll(() => fixture.stop());

  const many = (path: string, headers: Record<string, string> = {}) =>
    Promise.all(Array.from({ length: 20 }, () => fetch(fixture.url + path, { headers })));
  const count = (responses: Response[], status: number) =>
    responses.filter((each) => each.status === status).length;

  it('answers 429 with Retry-After above it', async () => {
    const responses = await many('/v1/orders', await fixture.as('alice'));
    expect(count(responses, 200)).toBeGreaterThanOrEqual(5);
    expect(count(responses, 200)).toBeLessThanOrEqual(10); // the second may turn meanwhile
    const refused = responses.find(({ status }) => status === 429);
    expect(Object.fromEntries(refused?.headers ?? [])).toMatchObject({
      'retry-after': '1',
      'ratelimit-limit': '5',
      'ratelimit-remaining': '0',
      'ratelimit-reset': '1',
      traceparent: expect.any(String),
      'content-type': expect.stringContaining('application/problem+json'),
    });
    expect(await refused?.json()).toMatchObject({ code: 'RATE_LIMITED', status: 429 });
    expect(responses.find(({ status }) => status === 200)?.headers.get('ratelimit-limit')).toBe('5');
  });

  it('counts each customer separately', async () => {
    await many('/v1/orders', await fixture.as('alice'));
    await fixture.http
      .get('/v1/orders')
      .set(await fixture.as('bob'))
      .expect(200);
  });

  it.each(['/v1/orders?limit=1', '/%761/orders', '/v1/%6Frders', 'http://x/v1/orders'])(
    'counts %s as what it is, however it is written',
    async (target) => {
      const headers = await fixture.as(randomUUID());
      const statuses = await Promise.all(Array.from({ length: 20 }, () => statusOf(target, headers)));
      expect(new Set(statuses)).toEqual(new Set([200, 429]));
    },
  );

  it('counts requests without a token by address, on public and on unknown routes', async () => {
    for (const path of ['/v1/products', '/openapi.json', '/docs', '/nothing', '/v1/nothing']) {
      expect(count(await many(path, from('192.0.2.1')), 429)).toBeGreaterThan(0);
    }
    expect(
      count(await many('/v1/orders', { ...from('192.0.2.2'), authorization: 'Bearer none' }), 429),
    ).toBeGreaterThan(0);
    await vi.waitFor(async () =>
      expect((await fetch(`${fixture.url}/v1/products`, { headers: from('192.0.2.3') })).status).toBe(200),
    );
  });

  it('counts an IPv6 /64 as one address, and an IPv4-mapped address as IPv4', async () => {
    const network = Array.from({ length: 20 }, (_, i) => get('/v1/products', from(`2001:db8:0:1::${i + 1}`)));
    expect(count(await Promise.all(network), 429)).toBeGreaterThan(0);
    const others = Array.from({ length: 20 }, (_, i) => get('/v1/products', from(`2001:db8:1:${i + 1}::1`)));
    expect(count(await Promise.all(others), 429)).toBe(0);
    const mapped = Array.from({ length: 20 }, (_, i) =>
      get('/v1/products', from(i % 2 === 0 ? '198.51.100.1' : '::ffff:198.51.100.1')),
    );
    expect(count(await Promise.all(mapped), 200)).toBeLessThanOrEqual(16);
  });

  it('counts by the address that the trusted proxy appended', async () => {
    const claims = Array.from({ length: 20 }, (_, i) =>
      get('/v1/products', from(`203.0.113.${i}, 198.51.100.9`)),
    );
    expect(count(await Promise.all(claims), 429)).toBeGreaterThan(0);
  });

  it('does not apply to admins, tokens and health', async () => {
    expect(count(await many('/v1/inventory/A', await fixture.as('root', 'admin')), 200)).toBe(20);
    expect(count(await many('/healthz'), 200)).toBe(20);
  });

  const from = (address: string): Record<string, string> => ({ 'x-forwarded-for': address });
  const get = (path: string, headers: Record<string, string>) => fetch(fixture.url + path, { headers });
  const statusOf = (target: string, headers: Record<string, string>): Promise<number> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(fixture.url);
      request({ hostname, port, path: target, headers: { ...headers, connection: 'close' } }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
        .on('error', reject)
        .end();
    });
});

describe('the rate limiter', () => {
  const limiter = (rates: GatewayConfig['rates'] = { perCustomerMax: 2, perAddressMax: 3 }): RateLimiter =>
    new RateLimiter({ rates } as GatewayConfig);
  const customer = (customerId: string): Actor => ({ customerId, role: 'customer' });

  it('keeps the count of a caller while others make up many', () => {
    const rates = limiter();
    for (let i = 0; i < 3; i += 1) rates.take(customer('greedy'), '', 0);
    for (let i = 0; i < 100_000; i += 1) rates.take(customer(`made-up-${i}`), '', 500);
    expect(rates.take(customer('greedy'), '', 999)).toMatchObject({ isExceeded: true });
    expect(rates.take(customer('greedy'), '', 1_000)).toMatchObject({ isExceeded: false, remaining: 1 });
  });

  it('counts neither admins, nor any caller with RATE_LIMIT=off', () => {
    expect(limiter().take({ customerId: 'root', role: 'admin' }, '')).toBeUndefined();
    expect(limiter(null).take(customer('any'), '')).toBeUndefined();
  });
});

describe('the network of an address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:201', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
  ])('%s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
