import {
  changeProduct,
  changeSale,
  createProduct,
  createSale,
  getProduct,
  getSale,
  type Product,
  type VersionedProduct,
} from '@doorbuster/contracts';
import { ADMIN, valueOf } from '@doorbuster/service/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newProduct, startCatalog, type CatalogUnderTest } from './catalog-under-test.js';

const PASSED = 1;
const tooLate = { ok: false, error: { code: 'SERVICE_TIMEOUT' } };
const changedSince = { ok: false, error: { code: 'PRECONDITION_FAILED' } };

let catalog: CatalogUnderTest;
beforeAll(async () => {
  catalog = await startCatalog(2);
});
afterAll(() => catalog.stop());

const product = async (sku: string): Promise<VersionedProduct> =>
  valueOf(await catalog.call(getProduct, { sku }));
const rename = (sku: string, name: string, terms: { ifVersions?: number[]; commitBy?: number }) =>
  catalog.call(changeProduct, { actor: ADMIN, sku, changes: { name }, ...terms });
const saleOf = (sku: string, from: number) => ({
  sku,
  price: { amount: 100, currency: 'USD' },
  startsAt: new Date(Date.now() + from).toISOString(),
  endsAt: new Date(Date.now() + from + 3_600_000).toISOString(),
  units: 1,
  limitPerCustomer: 1,
});

describe('a change with a precondition', () => {
  it('applies to the version that it names, and not to a newer one', async () => {
    await catalog.create(newProduct('IF-1'));
    const { version = 0 } = await product('IF-1');
    expect(valueOf(await rename('IF-1', 'first', { ifVersions: [version] }))).toMatchObject({
      version: version + 1,
    });
    for (const ifVersions of [[version], [], [version + 2]]) {
      expect(await rename('IF-1', 'second', { ifVersions })).toMatchObject(changedSince);
    }
    expect((await product('IF-1')).name).toBe('first');
    expect(await rename('IF-1', 'third', { ifVersions: [version, version + 1] })).toMatchObject({ ok: true });
  });

  it('succeeds for one of many concurrent requests', async () => {
    await catalog.create(newProduct('IF-2'));
    const { version = 0 } = await product('IF-2');
    const names = Array.from({ length: 10 }, (_, i) => `name ${i}`);
    const replies = await Promise.all(names.map((name) => rename('IF-2', name, { ifVersions: [version] })));
    expect(replies.filter(({ ok }) => ok)).toHaveLength(1);
    expect((await product('IF-2')).version).toBe(version + 1);
  });

  it('applies to sales too', async () => {
    await catalog.create(newProduct('IF-3'));
    const body = saleOf('IF-3', 3_600_000);
    const { id, version = 0 } = valueOf(
      await catalog.call(createSale, { actor: ADMIN, idempotencyKey: 'if-3', body }),
    );
    const limit = (limitPerCustomer: number, ifVersions: number[]) =>
      catalog.call(changeSale, { actor: ADMIN, id, ifVersions, changes: { limitPerCustomer } });
    expect(await limit(2, [version])).toMatchObject({ ok: true, value: { limitPerCustomer: 2 } });
    expect(await limit(3, [version])).toMatchObject(changedSince);
    expect(valueOf(await catalog.call(getSale, { id })).limitPerCustomer).toBe(2);
  });
});

describe('a change after its deadline', () => {
  it('changes nothing', async () => {
    await catalog.create(newProduct('LATE-1'));
    const idempotencyKey = 'late-sale';
    const sale = valueOf(
      await catalog.call(createSale, {
        actor: ADMIN,
        idempotencyKey: 'in-time',
        body: saleOf('LATE-1', 3_600_000),
      }),
    );
    const before = await everything();
    const terms = { actor: ADMIN, commitBy: PASSED };
    expect(await catalog.call(createProduct, { ...newProduct('LATE-2'), ...terms })).toMatchObject(tooLate);
    expect(await rename('LATE-1', 'late', terms)).toMatchObject(tooLate);
    const body = saleOf('LATE-1', 10_800_000);
    expect(await catalog.call(createSale, { ...terms, idempotencyKey, body })).toMatchObject(tooLate);
    expect(
      await catalog.call(changeSale, { ...terms, id: sale.id, changes: { limitPerCustomer: 9 } }),
    ).toMatchObject(tooLate);
    expect(await everything()).toEqual(before);
  });

  it('is rolled back by the server while it waits for a lock, and a newer change stays', async () => {
    await catalog.create(newProduct('LATE-3'));
    const holder = catalog.database.createQueryRunner();
    await holder.startTransaction();
    await holder.query(`select from products where sku = 'LATE-3' for update`);
    const late = rename('LATE-3', 'old', { commitBy: Date.now() + 700 });
    expect(await late).toMatchObject(tooLate);
    await holder.commitTransaction();
    await holder.release();
    expect(await rename('LATE-3', 'new', {})).toMatchObject({ ok: true });
    expect((await product('LATE-3')).name).toBe('new');
  });

  const everything = (): Promise<Product[]> =>
    catalog.query(
      `select sku as key, version from products union all select id::text, version from sales order by 1`,
    );
});
