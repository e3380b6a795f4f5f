import {
  accept,
  adjustStock,
  listAuditOf,
  SERVICES,
  type Actor,
  type AuditEntry,
  type ServiceName,
} from '@doorbuster/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFixture, type Fixture } from './support/fixture.js';

const stock = { sku: 'MUG', available: 5, reserved: 1, sold: 4, received: 10, setAside: 0 };
const entry = (n: number, service: ServiceName): AuditEntry => ({
  id: `0198f000-0000-7000-8000-${String(n).padStart(12, '0')}`,
  service,
  at: '2026-01-01T00:00:00.000Z',
  actor: { customerId: 'root', role: 'admin' },
  action: 'adjust-stock',
  target: 'MUG',
  outcome: 'DONE',
  code: null,
  request: { delta: 1 },
  before: stock,
  after: stock,
  address: '198.51.100.7',
  userAgent: 'curl/8',
  traceId: null,
});

describe('the audit log', () => {
  let fixture: Fixture;
  let admin: { authorization: string };
  beforeAll(async () => {
    fixture = await startFixture({ TRUST_PROXY: '1' });
    admin = await fixture.as('root', 'admin');
  });
  afterAll(() => fixture.stop());

  const kept = Array.from({ length: 9 }, (_, i) => entry(i + 1, SERVICES[i % SERVICES.length] ?? 'orders'));
  const keep = async (): Promise<void> => {
    for (const service of SERVICES) {
      await fixture.services.answer(listAuditOf(service), ({ limit, cursor }) => {
        const own = kept.filter((each) => each.service === service).toReversed();
        const rest = own.filter(({ id }) => cursor === undefined || id < cursor);
        const items = rest.slice(0, limit);
        return accept({ items, nextCursor: rest.length > limit ? (items.at(-1)?.id ?? null) : null });
      });
    }
  };

  it('is one list of all services, newest first, with any page size', async () => {
    await keep();
    for (const limit of [1, 2, 4, 50]) {
      const seen: AuditEntry[] = [];
      let cursor: string | undefined;
      do {
        const query = cursor === undefined ? { limit } : { limit, cursor };
        const { body } = await fixture.http.get('/v1/audit').query(query).set(admin).expect(200);
        seen.push(...body.items);
        cursor = body.nextCursor ?? undefined;
      } while (cursor !== undefined);
      expect(seen).toEqual(kept.toReversed());
    }
  });

  it('is filtered by service, actor and target', async () => {
    await keep();
    const query = { service: 'orders', actor: 'root', target: 'MUG' };
    const { body } = await fixture.http.get('/v1/audit').query(query).set(admin).expect(200);
    expect(new Set(body.items.map(({ service }: AuditEntry) => service))).toEqual(new Set(['orders']));
    expect(fixture.services.requests(listAuditOf('orders'))).toMatchObject([
      { actor: 'root', target: 'MUG' },
    ]);
    expect(fixture.services.requests(listAuditOf('catalog'))).toEqual([]);
  });

  it.each([
    ['target', '\0', 'must be well-formed Unicode without NUL'],
    ['actor', 'a b', expect.any(String)],
  ])('refuses a malformed %s', async (path, value, message) => {
    const { body } = await fixture.http
      .get('/v1/audit')
      .query({ [path]: value })
      .set(admin)
      .expect(400);
    expect(body).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ path, message }] });
  });

  it('is for admins only', async () => {
    await fixture.http.get('/v1/audit').expect(401);
    await fixture.http
      .get('/v1/audit')
      .set(await fixture.as('ann'))
      .expect(403);
  });

  it('records the origin of an admin: address behind the proxy, user agent, trace', async () => {
    await fixture.services.answer(adjustStock, () => accept(stock));
    const { headers } = await fixture.http
      .post('/v1/inventory/MUG/adjustments')
      .set(admin)
      .set({
        'idempotency-key': 'k',
        'user-agent': 'Käse/1 ' + 'x'.repeat(500),
        'x-forwarded-for': '203.0.113.9, 198.51.100.7',
      })
      .send({ delta: 1, reason: 'delivery' })
      .expect(201);
    const [request] = fixture.services.requests(adjustStock) as { actor: Actor }[];
    expect(request?.actor.origin).toEqual({
      address: '198.51.100.7',
      userAgent: expect.stringMatching(/^K[ -~]{1,3}se\/1 x{200,}$/),
      traceId: headers['traceparent']?.split('-')[1],
    });
    expect(request?.actor.origin?.userAgent?.length).toBe(256);
  });
});
