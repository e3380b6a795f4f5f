import { DEMO_CATALOGUE } from '@doorbuster/demo';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newProduct, startCatalog, type CatalogUnderTest } from '../catalog-under-test.js';
import {
  matchSimilar,
  matchWords,
  searchPage,
  SIMILAR_TERMS,
  TERMS_BY_PREFIX,
  type SearchMatch,
} from '../../src/products/search.sql.js';
import type { ListOrder } from '../../src/products/domain/list-cursor.js';
import { OTHER_PRODUCTS } from './other-products.js';

let catalog: CatalogUnderTest;
beforeAll(async () => {
  catalog = await startCatalog();
  await catalog.create(
    ...DEMO_CATALOGUE.map(({ stock, ...product }) => product),
    newProduct('MUG-ENAMEL', { name: 'Enamel Mug', category: 'kitchen' }),
    newProduct('MUG-CAFE', {
      name: 'Café au lait mug',
      category: 'kitchen',
      description: 'For the camp fire.',
    }),
    newProduct('CREPE-PAN', { name: 'Crêpe maker', category: 'kitchen' }),
    newProduct('SHIRT-OXFORD', { name: "Men's Oxford shirt", category: 'apparel' }),
    newProduct('JACKET-RAIN', { name: 'Waterproof rain jacket', category: 'apparel' }),
    newProduct('SPEAKER-S', { name: 'Bluetooth speaker', category: 'audio' }),
    newProduct('GLASSES-6', { name: 'Drinking glasses, set of six', category: 'kitchen' }),
  );
  // As the previous release writes them: it knows nothing of the search's tables.
  await catalog.database.query(
    `insert into catalog.products (sku, version, name, description, category, price_amount, price_currency)
     select sku, 1, name, '', category, 100, 'USD' from json_to_recordset($1) as p (sku text, name text, category text)`,
    [JSON.stringify(OTHER_PRODUCTS)],
  );
});
afterAll(() => catalog.stop());

const TSHIRTS = ['TSHIRT-BLACK-L', 'TSHIRT-BLACK-M'];
const MUGS = ['MUG-CAFE', 'MUG-ENAMEL'];
const only = (skus: readonly string[]) => ({ only: skus });
/** First, and in any order after them what else is alike. */
const first = (skus: readonly string[], not: readonly string[] = []) => ({ first: skus, not });

const SEARCHES: readonly [
  q: string,
  finds: { only?: readonly string[]; first?: readonly string[]; not?: readonly string[] },
][] = [
  // One letter is missing, doubled, added, wrong, or two are exchanged.
  ['tshrt', only(TSHIRTS)],
  ['tshirrt', only(TSHIRTS)],
  ['thsirt', only(TSHIRTS)],
  ['tshirs', only(TSHIRTS)],
  ['mgu', only(MUGS)],
  ['mugg', only(MUGS)],
  ['mgus', only(MUGS)],
  ['enamle mug', only(['MUG-ENAMEL'])],
  ['mug enmel', only(['MUG-ENAMEL'])],
  ['hodie', only(['HOODIE-GREY-M'])],
  ['airline runer', only(['SNEAKER-AIRLINE-42'])],
  ['chelsae boot', only(['BOOT-CHELSEA-41'])],
  ['consle', only(['CONSOLE-NOVA'])],
  ['charegr', only(['CHARGER-65W'])],
  ['lmap', only(['LAMP-ARC'])],
  ['kettel pour', only(['KETTLE-POUR'])],
  // Two typos in a word of seven letters or more.
  ['headfones', only(['HEADPHONES-HUSH'])],
  ['blutoth speeker', only(['SPEAKER-S'])],
  // Plurals.
  ['mugs', only(MUGS)],
  ['tshirts', only(TSHIRTS)],
  ['shirts', first(['SHIRT-OXFORD'], ['X-APPAREL-SKIRT-BIRCH', 'X-APPAREL-SHORT-BIRCH'])],
  ['drinking glass', only(['GLASSES-6'])],
  // Accents, apostrophes.
  ['cafe', only(['MUG-CAFE'])],
  ['café', only(['MUG-CAFE'])],
  ['CAFÉ', only(['MUG-CAFE'])],
  ['crepe', only(['CREPE-PAN'])],
  ['kéttle pour', only(['KETTLE-POUR'])],
  ['mens oxford', only(['SHIRT-OXFORD'])],
  ['men’s oxford', only(['SHIRT-OXFORD'])],
  // Hyphens and case.
  ['t-shirt', only(TSHIRTS)],
  ['tshirt', only(TSHIRTS)],
  ['T SHIRT', only(TSHIRTS)],
  ['pour over', only(['KETTLE-POUR'])],
  ['pourover', only(['KETTLE-POUR'])],
  ['blue tooth', only(['SPEAKER-S'])],
  ['water-proof', only(['JACKET-RAIN'])],
  // Incomplete words.
  ['shi', first(['SHIRT-OXFORD'], ['X-APPAREL-SKIRT-BIRCH'])],
  ['hush headph', only(['HEADPHONES-HUSH'])],
  ['blu spe', only(['SPEAKER-S'])],
  ['tshirt-bl', only(TSHIRTS)],
  // Words in any order, in name and description.
  ['black t-shirt', only(TSHIRTS)],
  ['jacket waterproof', only(['JACKET-RAIN'])],
  ['mug fire', only(['MUG-CAFE'])],
  // What is there as typed comes before what starts alike, and hides what is only similar.
  ['skirt', only(OTHER_PRODUCTS.filter(({ name }) => name.endsWith(' skirt')).map(({ sku }) => sku))],
  [
    'pen',
    first(
      OTHER_PRODUCTS.filter(({ name }) => name.endsWith(' pen')).map(({ sku }) => sku),
      ['X-KITCHEN-PAN-BIRCH'],
    ),
  ],
  // Nothing.
  ['zzzzqqqq', only([])],
  ['xqz', only([])],
  ['hdmi', only([])],
  ['the', only([])],
  ['mug xqzvw', only([])],
  ['66W', only([])],
];

it.each(SEARCHES)('%s', async (q, { only: exactly, first: leading = [], not = [] }) => {
  const { items } = await catalog.list({ q, limit: 100 });
  const found = items.map(({ sku }) => sku);
  if (exactly) expect(found.toSorted()).toEqual(exactly.toSorted());
  expect(found.slice(0, leading.length).toSorted()).toEqual(leading.toSorted());
  expect(found.filter((sku) => not.includes(sku))).toEqual([]);
});

it.each([
  'Straße',
  'Łódź mug',
  'Bøg',
  'naïve Résumé',
  "O'Neill wetsuit",
  'Кружка',
  'ΔΟΚΙΜΉ',
  '茶碗',
  'e‑bike, 5 A',
  'Dogs’ bed™',
])('a product is found by its name: %s', async (name) => {
  const sku = `NAMED-${Buffer.from(name).toString('hex').toUpperCase()}`.slice(0, 40);
  await catalog.create(newProduct(sku, { name, category: 'named' }));
  for (const q of [name, name.toUpperCase()]) {
    expect((await catalog.list({ q, category: 'named' })).items[0]?.sku, q).toBe(sku);
  }
});

it('a product is found by its new name', async () => {
  await catalog.create(newProduct('RENAMED', { name: 'Zither' }));
  await catalog.change('RENAMED', { name: 'Bassoon' });
  expect(await catalog.search('basoon')).toEqual(['RENAMED']);
  expect(await catalog.search('zither')).toEqual([]);
});

const byWords = (): SearchMatch =>
  matchWords({ start: 'mug', withPhrases: 'mug', withCompounds: 'mug', before: '', incomplete: `'mug':AB` });
const statementOf = (match: SearchMatch, order: ListOrder): [string, unknown[]] => [
  searchPage(match, { order, after: undefined, limit: 20 }),
  match.parameters.values,
];

it.each<[string, string, unknown[]]>([
  ['words', ...statementOf(byWords(), 'relevance')],
  ['words, by price', ...statementOf(byWords(), 'price')],
  ['similar words', ...statementOf(matchSimilar(`('mgu' | 'mug':AB)`, 'mgu'), 'similarity')],
  ['the start of a word', TERMS_BY_PREFIX, ['mu', 100]],
  ['the terms similar to a word', SIMILAR_TERMS, [['headfones']]],
])('%s are looked up in indexes', async (_, sql, parameters) => {
  const plan: { 'QUERY PLAN': string }[] = await catalog.database.transaction(async (tx) => {
    // The planner reads a table of this size without an index, if it may.
    await tx.query('set local enable_seqscan = off');
    return tx.query(`explain ${sql}`, parameters);
  });
  const lines = plan.map((row) => row['QUERY PLAN']);
  expect(lines.filter((line) => /Index (Only )?Scan/.test(line)).length).toBeGreaterThan(0);
  expect(lines.filter((line) => line.includes('Seq Scan'))).toEqual([]);
});
