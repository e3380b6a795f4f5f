import {
  accept,
  adjustStock,
  getStock,
  healthOf,
  listSagas,
  refuse,
  retrySaga,
  SERVICES,
  type Saga,
} from '@doorbuster/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ORDER_ID } from './support/examples.js';
import { startFixture, type Fixture } from './support/fixture.js';

const SAGA_ID = '0198f000-0000-7000-8000-00000000aaaa';

describe('operations', () => {
  let fixture: Fixture;
  let admin: { authorization: string };

  beforeAll(async () => {
    fixture = await startFixture();
    admin = await fixture.as('root', 'admin');
  });
  afterAll(() => fixture.stop());

  describe('inventory', () => {
    const stock = { sku: 'TSHIRT', available: 5, reserved: 1, sold: 4, received: 10 };
    const adjust = (body: object, key = 'delivery-1') =>
      fixture.http
        .post('/v1/inventory/TSHIRT/adjustments')
        .set(admin)
        .set({ 'idempotency-key': key })
        .send(body);

    it('is read', async () => {
      await fixture.services.answer(getStock, () => accept(stock));
      expect((await fixture.http.get('/v1/inventory/TSHIRT').set(admin).expect(200)).body).toEqual(stock);
      await fixture.services.answer(getStock, () => refuse('PRODUCT_NOT_FOUND', 'No.'));
      await fixture.http.get('/v1/inventory/TSHIRT').set(admin).expect(404);
    });

    it('is adjusted', async () => {
      await fixture.services.answer(adjustStock, () => accept(stock));
      expect((await adjust({ delta: 5, reason: 'delivery' }).expect(201)).body).toEqual(stock);
      expect(fixture.services.requests(adjustStock)).toEqual([
        {
          actor: expect.objectContaining({ customerId: 'root', role: 'admin' }),
          sku: 'TSHIRT',
          delta: 5,
          reason: 'delivery',
          idempotencyKey: 'delivery-1',
          commitBy: expect.any(Number),
        },
      ]);
    });

    it.each([
      ['INSUFFICIENT_STOCK', 409],
      ['IDEMPOTENCY_KEY_REUSED', 422],
      ['PRODUCT_NOT_FOUND', 404],
    ] as const)('answers %s with %i', async (code, status) => {
      await fixture.services.answer(adjustStock, () => refuse(code, 'No.'));
      expect((await adjust({ delta: -5, reason: 'loss' }).expect(status)).body.code).toBe(code);
    });

    it('needs an Idempotency-Key, a delta and a reason', async () => {
      const { body } = await fixture.http
        .post('/v1/inventory/TSHIRT/adjustments')
        .set(admin)
        .send({ delta: 1, reason: 'x' })
        .expect(400);
      expect(body.code).toBe('IDEMPOTENCY_KEY_MISSING');
      for (const wrong of [
        { delta: 0, reason: 'x' },
        { delta: 1.5, reason: 'x' },
        { delta: 1 },
        { delta: 1, reason: '\0' },
      ]) {
        await adjust(wrong).expect(400);
      }
    });
  });

  describe('sagas', () => {
    const saga: Saga = {
      id: SAGA_ID,
      definition: 'checkout',
      version: 1,
      orderId: ORDER_ID,
      state: 'STALLED',
      pending: [],
      reason: null,
      traceId: '1'.repeat(32),
      createdAt: '2026-01-01T12:00:00.000Z',
      updatedAt: '2026-01-01T12:00:00.000Z',
    };

    it('are found by their state', async () => {
      await fixture.services.answer(listSagas, () => accept({ items: [saga], nextCursor: null }));
      const { body } = await fixture.http.get('/v1/sagas?state=STALLED').set(admin).expect(200);
      expect(body).toEqual({ items: [saga], nextCursor: null });
      expect(fixture.services.requests(listSagas)).toEqual([{ state: 'STALLED', limit: 20 }]);
      await fixture.http.get('/v1/sagas?open=false').set(admin).expect(200);
      expect(fixture.services.requests(listSagas).at(-1)).toEqual({ open: false, limit: 20 });
      await fixture.http.get('/v1/sagas?state=stuck').set(admin).expect(400);
      await fixture.http.get('/v1/sagas?open=maybe').set(admin).expect(400);
    });

    it('are retried', async () => {
      await fixture.services.answer(retrySaga, () => accept(saga));
      await fixture.http.post(`/v1/sagas/${SAGA_ID}/retry`).set(admin).expect(202);
      await fixture.services.answer(retrySaga, () => refuse('SAGA_NOT_STALLED', 'It runs.'));
      await fixture.http.post(`/v1/sagas/${SAGA_ID}/retry`).set(admin).expect(409);
      const { body } = await fixture.http.post('/v1/sagas/x/retry').set(admin).expect(404);
      expect(body.code).toBe('SAGA_NOT_FOUND');
    });
  });

  describe('health', () => {
    const allUp = async (): Promise<void> => {
      for (const service of SERVICES) {
        await fixture.services.answer(healthOf(service), () =>
          accept({ service, dependencies: { postgres: 'up', nats: 'up' } }),
        );
      }
    };

    it('is alive without any service', async () => {
      expect((await fixture.http.get('/healthz').expect(200)).body).toEqual({ status: 'ok' });
    });

    /** Until the cached result of the last test has expired. */
    const askAnew = async (): Promise<void> => {
      const before = Date.now();
      await expect.poll(() => Date.now() - before).toBeGreaterThan(250);
    };
    beforeEach(askAnew);

    it('asks the services once for concurrent probes', async () => {
      await allUp();
      await Promise.all(Array.from({ length: 30 }, () => fixture.http.get('/readyz').expect(200)));
      for (const service of SERVICES) {
        const asked = fixture.services.requests(healthOf(service)).length;
        expect(asked).toBeGreaterThan(0);
        expect(asked).toBeLessThan(5);
      }
    });

    it('is ready when all are up, and names each', async () => {
      await allUp();
      const { body } = await fixture.http.get('/readyz').expect(200);
      expect(body).toMatchObject({
        status: 'ready',
        dependencies: { nats: 'up', orders: 'up', 'orders.postgres': 'up' },
      });
      expect(Object.keys(body.dependencies)).toHaveLength(1 + SERVICES.length * 3);
    });

    it('is not ready when a service or a dependency of it is down', async () => {
      await allUp();
      await fixture.services.silence(healthOf('payments'));
      await fixture.services.answer(healthOf('catalog'), () =>
        accept({ service: 'catalog', dependencies: { postgres: 'down', nats: 'up' } }),
      );
      const { body } = await fixture.http.get('/readyz').expect(503);
      expect(body).toMatchObject({
        code: 'SERVICE_UNAVAILABLE',
        detail: 'Down: catalog.postgres, payments.',
        dependencies: { nats: 'up', orders: 'up', payments: 'down', 'catalog.postgres': 'down' },
      });
    });

    it('reports a hanging service after about a second', async () => {
      await allUp();
      await fixture.services.answer(healthOf('orders'), () => new Promise(() => undefined));
      const before = Date.now();
      await fixture.http.get('/readyz').expect(503);
      expect(Date.now() - before).toBeLessThan(2_000);
    });
  });
});
