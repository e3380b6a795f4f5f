import { randomUUID } from 'node:crypto';
import {
  changeSale,
  createSale,
  getSale,
  createSaleBody,
  listStuckItemsOf,
  listSales,
  returnUnits,
  saleChanged,
  setAsideUnits,
  unitsRefused,
  unitsReturned,
  unitsSetAside,
  type CreateSaleBody,
  type Reply,
  type Sale,
  type SaleState,
} from '@doorbuster/contracts';
import { eventuallyPasses, plantFailure } from '@doorbuster/embedded/testing';
import { replyTo, type CloudEvent, type OutgoingEvent } from '@doorbuster/messaging';
import { ADMIN, valueOf } from '@doorbuster/service/testing';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { DataSource } from 'typeorm';
import { BoundSaleInstants1768500000000 } from '../../src/migrations/bound-sale-instants.migration.js';
import { newProduct, startCatalog, type CatalogUnderTest } from '../catalog-under-test.js';

let catalog: CatalogUnderTest;
beforeAll(async () => {
  catalog = await startCatalog(2);
});
afterAll(() => catalog.stop());

let sku: string;
beforeEach(async () => {
  sku = `S-${randomUUID().slice(0, 8)}`;
  await catalog.create(newProduct(sku));
  await catalog.inventoryReplies(willing);
});

const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();
const willing = (command: CloudEvent): OutgoingEvent =>
  replyTo(command, command.type === setAsideUnits.type ? unitsSetAside : unitsReturned, {
    saleId: command.subject,
  });

const body = (overrides: Partial<CreateSaleBody> = {}): CreateSaleBody => ({
  sku,
  price: { amount: 500, currency: 'USD' },
  startsAt: inMs(3_600_000),
  endsAt: inMs(7_200_000),
  units: 10,
  limitPerCustomer: 2,
  ...overrides,
});
const create = (request: CreateSaleBody, idempotencyKey: string = randomUUID()): Promise<Reply<Sale>> =>
  catalog.call(createSale, { actor: ADMIN, body: request, idempotencyKey });
const get = async (id: string): Promise<Sale> => valueOf(await catalog.call(getSale, { id }));
const statusOf = async (id: string): Promise<string> => (await get(id)).status;
const states = (id: string): SaleState[] =>
  catalog.received
    .filter(({ subject, type }) => subject === id && type === saleChanged.type)
    .map(({ data }) => data as SaleState);

/** Moves the start or the end of a sale near. A sale that was created with near times could end before a slow test sees it open. */
const comesSoon = (id: string, instant: 'starts_at' | 'ends_at') =>
  catalog.query(
    `update sales set ${instant} = now() + interval '500 ms', next_action_at = now() + interval '500 ms' where id = $1`,
    [id],
  );

it('a sale is prepared, opens and ends, with ascending versions in its events', async () => {
  const { id } = valueOf(await create(body()));
  await eventuallyPasses(async () => expect(await statusOf(id)).toBe('SCHEDULED'));
  await comesSoon(id, 'starts_at');
  await eventuallyPasses(async () => expect(await statusOf(id)).toBe('OPEN'));
  expect(Date.now()).toBeGreaterThanOrEqual(Date.parse((await get(id)).startsAt));
  await comesSoon(id, 'ends_at');
  await eventuallyPasses(async () => expect(await statusOf(id)).toBe('ENDED'));
  await eventuallyPasses(() =>
    expect(states(id).map(({ version, status }) => [version, status])).toEqual([
      [1, 'PREPARING'],
      [2, 'SCHEDULED'],
      [3, 'OPEN'],
      [4, 'ENDED'],
    ]),
  );
  await eventuallyPasses(async () =>
    expect(await catalog.query('select is_returned, next_action_at from sales where id = $1', [id])).toEqual([
      { is_returned: true, next_action_at: null },
    ]),
  );
});

it('a sale is rejected when inventory refuses its allocation', async () => {
  await catalog.inventoryReplies((command) =>
    replyTo(command, unitsRefused, { saleId: command.subject, reason: 'INSUFFICIENT_STOCK' }),
  );
  const { id } = valueOf(await create(body({ startsAt: inMs(0) })));
  await eventuallyPasses(async () =>
    expect(await get(id)).toMatchObject({ status: 'REJECTED', reason: 'INSUFFICIENT_STOCK' }),
  );
});

it('unanswered commands to inventory are sent again, for the allocation and the return', async () => {
  const asked = { [setAsideUnits.type]: 0, [returnUnits.type]: 0 } as Record<string, number>;
  await catalog.inventoryReplies((command) => {
    asked[command.type] = (asked[command.type] ?? 0) + 1;
    return asked[command.type] === 1 ? undefined : willing(command);
  });
  const { id } = valueOf(await create(body()));
  await eventuallyPasses(async () => expect(await statusOf(id)).toBe('SCHEDULED'));
  valueOf(await catalog.call(changeSale, { actor: ADMIN, id, changes: { endsAt: inMs(-1) } }));
  expect(await statusOf(id)).toBe('ENDED');
  await eventuallyPasses(async () =>
    expect(await catalog.query('select is_returned from sales where id = $1', [id])).toEqual([
      { is_returned: true },
    ]),
  );
  expect(asked).toEqual({ [setAsideUnits.type]: 2, [returnUnits.type]: 2 });
});

it('concurrent requests with the same key create one sale', async () => {
  const request = body();
  const key = randomUUID();
  const replies = await Promise.all(Array.from({ length: 5 }, () => create(request, key)));
  expect(new Set(replies.map((reply) => valueOf(reply).id)).size).toBe(1);
  expect(await create({ ...request, units: 11 }, key)).toMatchObject({
    error: { code: 'IDEMPOTENCY_KEY_REUSED' },
  });
});

it('a SKU has one sale at a time', async () => {
  const replies = await Promise.all(Array.from({ length: 5 }, () => create(body())));
  expect(replies.filter(({ ok }) => ok)).toHaveLength(1);
  expect(replies.find(({ ok }) => !ok)).toMatchObject({ error: { code: 'SALE_EXISTS' } });
  const next = valueOf(await create(body({ startsAt: inMs(8_000_000), endsAt: inMs(9_000_000) })));
  expect(
    await catalog.call(changeSale, { actor: ADMIN, id: next.id, changes: { startsAt: inMs(4_000_000) } }),
  ).toMatchObject({
    error: { code: 'SALE_EXISTS' },
  });
});

it('an invalid sale is refused', async () => {
  expect(await create(body({ sku: 'GHOST' }))).toMatchObject({ error: { code: 'UNKNOWN_SKU' } });
  expect(await create(body({ price: { amount: 1, currency: 'EUR' } }))).toMatchObject({
    error: { code: 'CURRENCY_MISMATCH' },
  });
  expect(await create(body({ startsAt: inMs(-2_000), endsAt: inMs(-1_000) }))).toMatchObject({
    error: { code: 'VALIDATION_FAILED' },
  });
  expect(
    await catalog.call(changeSale, { actor: ADMIN, id: randomUUID(), changes: { limitPerCustomer: 1 } }),
  ).toMatchObject({
    error: { code: 'SALE_NOT_FOUND' },
  });
});

it('sales are listed by SKU and status, newest first, page by page, and equal the single sales', async () => {
  const ids: string[] = [];
  for (const hour of [1, 2, 3]) {
    const times = { startsAt: inMs(hour * 3_600_000), endsAt: inMs(hour * 3_600_000 + 1_000) };
    ids.unshift(valueOf(await create(body(times))).id);
  }
  for (const id of ids) await eventuallyPasses(async () => expect(await statusOf(id)).toBe('SCHEDULED'));
  const first = valueOf(await catalog.call(listSales, { sku, limit: 2 }));
  expect(first.items.map(({ id }) => id)).toEqual(ids.slice(0, 2));
  const rest = valueOf(await catalog.call(listSales, { sku, limit: 2, cursor: first.nextCursor ?? '' }));
  expect(rest).toMatchObject({ items: [{ id: ids[2] }], nextCursor: null });
  expect(valueOf(await catalog.call(listSales, { sku, status: 'ENDED', limit: 2 })).items).toEqual([]);
  for (const sale of [...first.items, ...rest.items]) expect(sale).toEqual(await get(sale.id));
});

it('a sale that fails blocks no other, is listed as stuck, and continues once it is repaired', async () => {
  const bad = valueOf(await create(body()));
  await eventuallyPasses(async () => expect(await statusOf(bad.id)).toBe('SCHEDULED'));
  const opening = `old.id = '${bad.id}' and new.status = 'OPEN'`;
  const repair = await plantFailure(catalog.ownerUrl, 'catalog.sales', opening);
  await comesSoon(bad.id, 'starts_at');
  sku = `S-${randomUUID().slice(0, 8)}`;
  await catalog.create(newProduct(sku));
  const good = valueOf(await create(body()));
  await eventuallyPasses(async () => expect(await statusOf(good.id)).toBe('SCHEDULED'));
  await comesSoon(good.id, 'starts_at');
  await eventuallyPasses(async () => expect(await statusOf(good.id)).toBe('OPEN'));
  await comesSoon(good.id, 'ends_at');
  await eventuallyPasses(async () => expect(await statusOf(good.id)).toBe('ENDED'));
  expect(await statusOf(bad.id)).toBe('SCHEDULED');
  const stuck = async () => valueOf(await catalog.call(listStuckItemsOf('catalog'), { limit: 10 }));
  expect(await stuck()).toMatchObject([
    { service: 'catalog', job: 'sales', itemId: bad.id, error: expect.stringContaining('planted failure') },
  ]);
  await repair();
  await eventuallyPasses(async () => expect(await statusOf(bad.id)).toBe('OPEN'));
  await eventuallyPasses(async () => expect(await stuck()).toEqual([]));
});

it.each(['0000-01-01T00:00:00Z', '1999-12-31T23:59:59Z', '2100-01-01T00:00:01Z', '9999-12-31T00:00:00Z'])(
  'the contract and the database refuse a sale at %s',
  async (instant) => {
    const request = body({ startsAt: '2050-01-01T00:00:00Z', endsAt: '2051-01-01T00:00:00Z' });
    expect(createSaleBody.safeParse(request).success).toBe(true);
    expect(createSaleBody.safeParse({ ...request, startsAt: instant }).success).toBe(false);
    expect(createSaleBody.safeParse({ ...request, endsAt: instant }).success).toBe(false);
    const { id } = valueOf(await create(request));
    await expect(
      catalog.query(`update sales set starts_at = $2, ends_at = $2 where id = $1`, [
        id,
        instant.replace(/^0000(.*)$/, '0001$1 BC'),
      ]),
    ).rejects.toThrow('sales_instants_bounded');
  },
);

it('the migration moves instants of an earlier release into the bounds, and the sale opens', async () => {
  const { id } = valueOf(await create(body()));
  await eventuallyPasses(async () => expect(await statusOf(id)).toBe('SCHEDULED'));
  const owner = new DataSource({
    type: 'postgres',
    url: catalog.ownerUrl,
    schema: 'catalog',
  });
  await owner.initialize();
  const runner = owner.createQueryRunner();
  const migration = new BoundSaleInstants1768500000000();
  await migration.down(runner);
  await runner.query(
    `update sales set starts_at = '0001-01-01 00:00:00Z BC', ends_at = '9999-12-31', next_action_at = '0001-01-01 00:00:00Z BC'
     where id = $1`,
    [id],
  );
  await migration.up(runner);
  await owner.destroy();
  await eventuallyPasses(async () => expect(await statusOf(id)).toBe('OPEN'));
  expect(await get(id)).toMatchObject({
    startsAt: '2000-01-01T00:00:00.000Z',
    endsAt: '2100-01-01T00:00:00.000Z',
  });
});
