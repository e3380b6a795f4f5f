import { accept, getStock, listOrders, listProducts } from '@doorbuster/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFixture, type Fixture } from './support/fixture.js';

describe('the rate limit', () => {
  let fixture: Fixture;

  beforeAll(async () => {
    fixture = await startFixture({ RATE_LIMIT: '5' });
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

  it('refuses what a customer asks beyond it, and says when to come back', async () => {
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

  it('counts each customer for themselves', async () => {
    await many('/v1/orders', await fixture.as('alice'));
    await fixture.http
      .get('/v1/orders')
      .set(await fixture.as('bob'))
      .expect(200);
  });

  it('counts who has no token by address', async () => {
    expect(count(await many('/v1/products'), 429)).toBeGreaterThan(0);
  });

  it('is not for operators, tokens, health and documentation', async () => {
    expect(count(await many('/v1/inventory/A', await fixture.as('root', 'admin')), 200)).toBe(20);
    expect(count(await many('/healthz'), 200)).toBe(20);
    expect(count(await many('/openapi.json'), 200)).toBe(20);
  });
});
