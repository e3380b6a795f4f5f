import { accept, listStuckItemsOf, SERVICES, type ServiceName, type StuckItem } from '@doorbuster/contracts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startFixture, type Fixture } from './support/fixture.js';

const uuid = (n: number): string => `0198f000-0000-7000-8000-${String(n).padStart(12, '0')}`;

let fixture: Fixture;
let admin: { authorization: string };
beforeAll(async () => {
  fixture = await startFixture();
  admin = await fixture.as('root', 'admin');
});
afterAll(() => fixture.stop());

it('lists items that polling jobs fail on, of all services or of one, stuck longest first', async () => {
  const item = (service: ServiceName, day: number): StuckItem => ({
    service,
    job: 'sales',
    itemId: uuid(day),
    failures: day,
    error: 'QueryFailedError: no',
    firstFailedAt: `2026-01-0${day}T00:00:00.000Z`,
    lastFailedAt: `2026-01-0${day}T00:00:00.000Z`,
    nextAttemptAt: `2026-01-0${day}T00:05:00.000Z`,
  });
  for (const [i, service] of SERVICES.entries()) {
    await fixture.services.answer(listStuckItemsOf(service), () =>
      accept([item(service, SERVICES.length - i)]),
    );
  }
  const get = (query = '') => fixture.http.get(`/v1/stuck-items${query}`).set(admin);
  expect((await get().expect(200)).body).toEqual({
    items: SERVICES.map((service, i) => item(service, SERVICES.length - i)).toReversed(),
    nextCursor: null,
  });
  const one = SERVICES[0] as ServiceName;
  expect((await get(`?service=${one}&limit=5`).expect(200)).body.items).toEqual([item(one, SERVICES.length)]);
  await get(`?service=${one}&job=sales`).expect(200);
  expect(fixture.services.requests(listStuckItemsOf(one)).at(-1)).toEqual({ limit: 20, job: 'sales' });
  await get('?service=nobody').expect(400);
  await fixture.http
    .get('/v1/stuck-items')
    .set(await fixture.as('ann'))
    .expect(403);
});
