import {
  listCategories,
  listProducts,
  type VersionedProduct,
  type ProductFilter,
} from '@doorbuster/contracts';
import { valueOf } from '@doorbuster/service/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listPage } from '../../src/products/product-list.sql.js';
import { SqlParameters } from '../../src/products/sql-parameters.js';
import { newProduct, startCatalog, type CatalogUnderTest } from '../catalog-under-test.js';

type Filter = Partial<Omit<ProductFilter, 'cursor'>>;

const PRODUCTS: [sku: string, category: string, amount: number, currency: string][] = [
  ['LAMP-A', 'home', 6_450, 'USD'],
  ['LAMP-B', 'home', 1_999, 'USD'],
  ['LAMP-C', 'garden', 1_999, 'USD'],
  ['LAMP-D', 'garden', 16_500, 'USD'],
  ['LAMP-E', 'home', 0, 'USD'],
  ['LAMP-F', 'home', 2_000, 'JPY'],
];
const BY_PRICE = ['LAMP-F', 'LAMP-E', 'LAMP-B', 'LAMP-C', 'LAMP-A', 'LAMP-D'];

let catalog: CatalogUnderTest;
beforeAll(async () => {
  catalog = await startCatalog();
  await catalog.create(
    ...PRODUCTS.map(([sku, category, amount, currency]) =>
      newProduct(sku, { name: 'Lantern', category, price: { amount, currency } }),
    ),
  );
});
afterAll(() => catalog.stop());

async function allPages(filter: Filter): Promise<VersionedProduct[]> {
  const items: VersionedProduct[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await catalog.list({ ...filter, ...(cursor !== undefined && { cursor }) });
    items.push(...page.items);
    cursor = page.nextCursor;
  }
  return items;
}
const skusOf = async (filter: Filter): Promise<string[]> => (await allPages(filter)).map(({ sku }) => sku);
const facetsOf = async (filter: Filter) =>
  valueOf(await catalog.call(listProducts, { limit: 1, ...filter, facets: true })).facets;

describe('the order by price', () => {
  // "lantern" finds by words, "lantren" by similarity.
  it.each([{}, { q: 'lantern' }, { q: 'lantren' }])('is by currency, amount and SKU: %o', async (filter) => {
    expect(await skusOf({ ...filter, sort: 'price', limit: 100 })).toEqual(BY_PRICE);
    expect(await skusOf({ ...filter, sort: '-price', limit: 100 })).toEqual(BY_PRICE.toReversed());
  });

  it.each([{}, { q: 'lantern' }, { q: 'lantren' }])('is the same over pages of one: %o', async (filter) => {
    expect(await skusOf({ ...filter, sort: 'price', limit: 1 })).toEqual(BY_PRICE);
    expect(await skusOf({ ...filter, sort: '-price', limit: 1 })).toEqual(BY_PRICE.toReversed());
  });

  it('holds within a category and a price range', async () => {
    expect(await skusOf({ sort: '-price', category: 'home', limit: 2 })).toEqual([
      'LAMP-A',
      'LAMP-B',
      'LAMP-E',
      'LAMP-F',
    ]);
    const range = { currency: 'USD', minPrice: 1_999, maxPrice: 6_450 };
    for (const q of [undefined, 'lantern', 'lantren'])
      expect(await skusOf({ ...(q && { q }), ...range, sort: 'price', limit: 2 })).toEqual([
        'LAMP-B',
        'LAMP-C',
        'LAMP-A',
      ]);
  });

  it('misses and repeats nothing while prices of other products change', async () => {
    const seen: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await catalog.list({ sort: 'price', limit: 2, ...(cursor !== undefined && { cursor }) });
      seen.push(...page.items.map(({ sku }) => sku));
      await catalog.change('LAMP-F', { name: `Lantern ${seen.length}` });
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(BY_PRICE);
  });

  it('is read from an index in both directions', async () => {
    for (const [order, category] of [
      ['price', undefined],
      ['-price', undefined],
      ['price', 'home'],
      ['-price', 'home'],
    ] as const) {
      const parameters = new SqlParameters();
      const after = { order, score: 1, sku: 'A', currency: 'USD' };
      const statement = listPage(parameters, { order, category, after, limit: 20 });
      const plan: { 'QUERY PLAN': string }[] = await catalog.database.transaction(async (tx) => {
        await tx.query('set local enable_seqscan = off; set local enable_bitmapscan = off');
        return tx.query(`explain ${statement}`, parameters.values);
      });
      const lines = plan.map((row) => row['QUERY PLAN']).join('\n');
      expect(lines).toMatch(category ? /products_by_category_and_price/ : /products_by_price/);
      expect(lines).not.toMatch(/Sort/);
    }
  });

  it('has cursors of its own', async () => {
    const { nextCursor } = await catalog.list({ sort: 'price', limit: 1 });
    for (const sort of ['-price', 'relevance', undefined] as const) {
      const filter = { limit: 1, cursor: nextCursor ?? '', ...(sort && { sort }) };
      expect(await catalog.call(listProducts, filter)).toMatchObject({
        ok: false,
        error: { code: 'VALIDATION_FAILED' },
      });
    }
  });

  it('by relevance is the order without a sort', async () => {
    for (const filter of [{}, { q: 'lantern' }])
      expect(await skusOf({ ...filter, sort: 'relevance', limit: 2 })).toEqual(
        await skusOf({ ...filter, limit: 2 }),
      );
  });
});

describe('facets', () => {
  const home = { name: 'home', products: 4 };
  const garden = { name: 'garden', products: 2 };
  const prices = [
    { currency: 'JPY', min: 2_000, max: 4_999, products: 1 },
    { currency: 'USD', min: 0, max: 99, products: 1 },
    { currency: 'USD', min: 1_000, max: 1_999, products: 2 },
    { currency: 'USD', min: 5_000, max: 9_999, products: 1 },
    { currency: 'USD', min: 10_000, max: 19_999, products: 1 },
  ];

  it.each([{}, { q: 'lantern' }, { q: 'lantren' }])('count all products of a list: %o', async (filter) => {
    expect(await facetsOf(filter)).toEqual({ categories: [garden, home], prices });
  });

  it('are absent unless they are asked for', async () => {
    expect(await catalog.list({})).not.toHaveProperty('facets');
  });

  it('each ignore the filter that they would set', async () => {
    expect(await facetsOf({ category: 'garden' })).toEqual({
      categories: [garden, home],
      prices: [
        { currency: 'USD', min: 1_000, max: 1_999, products: 1 },
        { currency: 'USD', min: 10_000, max: 19_999, products: 1 },
      ],
    });
    expect(await facetsOf({ q: 'lantern', currency: 'USD', minPrice: 1_000, maxPrice: 1_999 })).toEqual({
      categories: [
        { name: 'garden', products: 1 },
        { name: 'home', products: 1 },
      ],
      prices,
    });
  });

  it('have ranges that give their products when they are sent as the filter', async () => {
    for (const { currency, min, max, products } of prices)
      expect(await skusOf({ currency, minPrice: min, maxPrice: max, limit: 100 })).toHaveLength(products);
  });
});

it('the list of categories has the number of products of each', async () => {
  expect(valueOf(await catalog.call(listCategories, {}))).toEqual({
    items: [
      { name: 'garden', products: 2 },
      { name: 'home', products: 4 },
    ],
  });
});
