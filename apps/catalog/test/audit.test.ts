import {
  changeProduct,
  changeSale,
  createProduct,
  createSale,
  listAuditOf,
  type Actor,
  type AuditEntry,
  type CreateSaleBody,
} from '@doorbuster/contracts';
import { valueOf } from '@doorbuster/service/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startCatalog, type CatalogUnderTest } from './catalog-under-test.js';

const actor: Actor = { customerId: 'root', role: 'admin', origin: { address: '198.51.100.7' } };
const MUG = {
  sku: 'MUG',
  name: 'Mug',
  description: 'For tea',
  category: 'kitchen',
  price: { amount: 999, currency: 'USD' as const },
};

let catalog: CatalogUnderTest;
beforeAll(async () => {
  catalog = await startCatalog();
});
afterAll(() => catalog.stop());

const log = async (
  filter: { target?: string; limit?: number; cursor?: string } = {},
): Promise<AuditEntry[]> =>
  valueOf(await catalog.call(listAuditOf('catalog'), { limit: 50, ...filter })).items;

it('the audit log has the changes of admins to products and sales, and the refused ones', async () => {
  valueOf(await catalog.call(createProduct, { actor, ...MUG }));
  const price = { amount: 1_099, currency: 'USD' as const };
  valueOf(await catalog.call(changeProduct, { actor, sku: 'MUG', changes: { price } }));
  await catalog.call(createProduct, { actor, ...MUG });
  await catalog.call(changeProduct, { actor, sku: 'CUP', changes: { price } });
  expect(await log({ target: 'MUG' })).toMatchObject([
    { action: 'create-product', outcome: 'REFUSED', code: 'SKU_EXISTS', request: MUG },
    {
      action: 'change-product',
      outcome: 'DONE',
      request: { price },
      before: { price: { amount: 999 } },
      after: { price },
    },
    {
      action: 'create-product',
      outcome: 'DONE',
      before: null,
      after: { sku: 'MUG' },
      address: '198.51.100.7',
    },
  ]);
  expect(await log({ target: 'CUP' })).toMatchObject([{ outcome: 'REFUSED', code: 'PRODUCT_NOT_FOUND' }]);

  const body: CreateSaleBody = {
    sku: 'MUG',
    price: { amount: 500, currency: 'USD' },
    startsAt: new Date(Date.now() + 3_600_000).toISOString(),
    endsAt: new Date(Date.now() + 7_200_000).toISOString(),
    units: 5,
    limitPerCustomer: 1,
  };
  const sale = valueOf(await catalog.call(createSale, { actor, body, idempotencyKey: 'once' }));
  await catalog.call(createSale, { actor, body, idempotencyKey: 'once' });
  await catalog.call(changeSale, { actor, id: sale.id, changes: { limitPerCustomer: 2 } });
  expect((await log({ target: sale.id })).map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
    expect.stringMatching(/^change-sale (DONE|REFUSED)$/),
    'create-sale DONE',
  ]);
});

it('the audit log is read page by page', async () => {
  const all = await log();
  const seen: AuditEntry[] = [];
  for (let cursor: string | undefined; ;) {
    const page = valueOf(
      await catalog.call(listAuditOf('catalog'), { limit: 2, ...(cursor !== undefined && { cursor }) }),
    );
    seen.push(...page.items);
    if (page.nextCursor === null) break;
    cursor = page.nextCursor;
  }
  expect(seen).toEqual(all);
  expect(all.length).toBeGreaterThan(4);
});
