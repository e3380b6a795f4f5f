import { getProduct, listProducts, productFilter, type VersionedProduct } from '@doorbuster/contracts';
import fc from 'fast-check';
import { valueOf } from '@doorbuster/service/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newProduct, startCatalog, type CatalogUnderTest } from '../catalog-under-test.js';

let catalog: CatalogUnderTest;
beforeAll(async () => {
  catalog = await startCatalog();
  await catalog.create(
    newProduct('HEADPHONES-PRO', {
      name: 'Wireless Headphones Pro',
      category: 'audio',
      description: 'Noise cancelling, thirty hours of battery.',
    }),
    newProduct('HEADPHONES-KIDS', { name: 'Headphones for Children', category: 'audio' }),
    newProduct('SPEAKER-S', {
      name: 'Bluetooth Speaker',
      category: 'audio',
      description: 'Goes well with headphones.',
    }),
    newProduct('TSHIRT-BLACK-M', {
      name: 'Organic Cotton T-Shirt',
      category: 'clothing',
      description: 'Black.',
    }),
    newProduct('MUG', { name: 'Enamel Mug', category: 'kitchen', description: 'For the camp fire.' }),
  );
});
afterAll(() => catalog.stop());

async function allPages(filter: {
  q?: string;
  category?: string;
  limit: number;
}): Promise<VersionedProduct[]> {
  const items: VersionedProduct[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await catalog.list({ ...filter, ...(cursor !== undefined && { cursor }) });
    expect(page.items.length).toBeLessThanOrEqual(filter.limit);
    items.push(...page.items);
    cursor = page.nextCursor;
  }
  return items;
}
const skus = (items: { sku: string }[]): string[] => items.map(({ sku }) => sku);

describe('searching', () => {
  it('finds words in any form, name before category before description', async () => {
    const found = await catalog.search('headphone');
    expect(found.slice(0, 2).toSorted()).toEqual(['HEADPHONES-KIDS', 'HEADPHONES-PRO']);
    expect(found[2]).toBe('SPEAKER-S');
    expect(await catalog.search('battery')).toEqual(['HEADPHONES-PRO']);
  });

  it('accepts quotes, or, and minus', async () => {
    expect(await catalog.search('headphones -children')).not.toContain('HEADPHONES-KIDS');
    expect((await catalog.search('mug or speaker')).toSorted()).toEqual(['MUG', 'SPEAKER-S']);
    expect(await catalog.search('"camp fire"')).toEqual(['MUG']);
    expect(await catalog.search('"fire camp"')).toEqual([]);
  });

  it.each([
    ['hedphones', 'HEADPHONES-PRO'],
    ['haedphones', 'HEADPHONES-KIDS'],
    ['wireles headfones', 'HEADPHONES-PRO'],
    ['blutooth', 'SPEAKER-S'],
    ['bluetooth speeker', 'SPEAKER-S'],
    ['orgnaic coton', 'TSHIRT-BLACK-M'],
    ['enamle mug', 'MUG'],
    ['headph', 'HEADPHONES-PRO'],
  ])('tolerates the typo %s', async (q, sku) => {
    expect(await catalog.search(q)).toContain(sku);
  });

  it.each(['TSHIRT-BLACK-M', 'TSHIRT-BL', 'tshirt-black-m', 'tshirt'])(
    'finds the SKU by %s, first',
    async (q) => {
      expect((await catalog.search(q))[0]).toBe('TSHIRT-BLACK-M');
    },
  );

  it('finds nothing without a similar name', async () => {
    expect(await catalog.search('zzzzqqqq')).toEqual([]);
  });

  it.each(["'", '"', '%', '_', '\\', '&|!()', ':*', 'a & b', '-', 'the', '💡', '%%%', "o'neill"])(
    'answers %s',
    async (q) => {
      expect(await catalog.call(listProducts, { q, limit: 5 })).toMatchObject({ ok: true });
    },
  );

  it.each(['-'.repeat(200), '"-'.repeat(100), '- '.repeat(99), 'or '.repeat(66), `mug ${'-'.repeat(50)}mug`])(
    'answers stacked operators: %s',
    async (q) => {
      expect(await catalog.call(listProducts, { q, limit: 5 })).toMatchObject({ ok: true });
    },
  );

  it('answers any text', async () => {
    const part = fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom('-', '--', '"', ' ', 'or', 'mug', '(', '!', '&', '<->', ':*') },
      fc.string(),
    );
    const texts = fc.array(part, { maxLength: 60 }).map((parts) => parts.join('').trim().slice(0, 200));
    await fc.assert(
      fc.asyncProperty(texts, async (q) => {
        fc.pre(productFilter.safeParse({ q }).success);
        expect(await catalog.call(listProducts, { q, limit: 5 })).toMatchObject({ ok: true });
      }),
      { numRuns: 80 },
    );
  });

  it('filters by category', async () => {
    expect(
      (await catalog.list({ q: 'mug or speaker', category: 'kitchen' })).items.map(({ sku }) => sku),
    ).toEqual(['MUG']);
    expect((await catalog.list({ category: 'audio' })).items.map(({ sku }) => sku)).toEqual([
      'HEADPHONES-KIDS',
      'HEADPHONES-PRO',
      'SPEAKER-S',
    ]);
    expect((await catalog.list({ category: 'nothing' })).items).toEqual([]);
  });
});

describe('the items of a list', () => {
  it.each([{ category: 'audio' }, { q: 'headphone' }, { q: 'hedphone' }])(
    'equal the single products: %o',
    async (filter) => {
      const { items } = await catalog.list(filter);
      expect(items.length).toBeGreaterThan(1);
      for (const item of items) {
        expect(item).toEqual(valueOf(await catalog.call(getProduct, { sku: item.sku })));
      }
    },
  );
});

describe('paging', () => {
  it('gives each item of a list once, in SKU order', async () => {
    const found = skus(await allPages({ limit: 2 }));
    expect(found).toEqual([...new Set(found)].toSorted());
    expect(found).toContain('MUG');
    expect(skus(await allPages({ category: 'audio', limit: 1 }))).toEqual([
      'HEADPHONES-KIDS',
      'HEADPHONES-PRO',
      'SPEAKER-S',
    ]);
  });

  it.each(['headphone', 'hedphone'])('gives the results of %s in the order of one large page', async (q) => {
    const { items } = await catalog.list({ q, limit: 100 });
    expect(items.length).toBeGreaterThan(1);
    expect(await allPages({ q, limit: 1 })).toEqual(items);
  });

  it('misses and repeats nothing during concurrent inserts', async () => {
    const before = Array.from({ length: 60 }, (_, i) => `PAGING-${String(2 * i).padStart(3, '0')}`);
    const during = Array.from({ length: 60 }, (_, i) => `PAGING-${String(2 * i + 1).padStart(3, '0')}`);
    const make = (sku: string) => newProduct(sku, { name: 'Lantern', category: 'paging' });
    await catalog.create(...before.map(make));
    const inserting = (async () => {
      for (const sku of during.toReversed()) await catalog.create(make(sku));
    })();
    for (const filter of [{ category: 'paging' }, { q: 'lantern' }, { q: 'lantren' }]) {
      const found = skus(await allPages({ ...filter, limit: 7 }));
      expect(new Set(found).size).toBe(found.length);
      expect(found.filter((sku) => before.includes(sku))).toEqual(before);
    }
    await inserting;
    expect(skus(await allPages({ category: 'paging', limit: 50 }))).toEqual(
      [...before, ...during].toSorted(),
    );
  });

  it('refuses an invalid cursor, and a cursor of another list', async () => {
    const { nextCursor } = await catalog.list({ category: 'audio', limit: 1 });
    const invalid = ['x', 'AAAA', '%00', `${nextCursor}A`, Buffer.from('[1,2]').toString('base64url')];
    for (const cursor of invalid) {
      const reply = await catalog.call(listProducts, { category: 'audio', limit: 1, cursor });
      expect(reply, cursor).toMatchObject({ ok: false, error: { code: 'VALIDATION_FAILED' } });
    }
    const { nextCursor: ofSearch } = await catalog.list({ q: 'headphone', limit: 1 });
    const [list, order] = JSON.parse(Buffer.from(ofSearch ?? '', 'base64url').toString()) as string[];
    for (const score of [2 ** 31, Number.MAX_SAFE_INTEGER, -1, 0.5]) {
      const forged = Buffer.from(JSON.stringify([list, order, score, 'MUG'])).toString('base64url');
      const reply = await catalog.call(listProducts, { q: 'headphone', limit: 1, cursor: forged });
      expect(reply).toMatchObject({ ok: false, error: { code: 'VALIDATION_FAILED' } });
    }
    const elsewhere = await catalog.call(listProducts, {
      category: 'kitchen',
      limit: 1,
      cursor: nextCursor ?? '',
    });
    expect(elsewhere).toMatchObject({ ok: false, error: { code: 'VALIDATION_FAILED' } });
  });
});
