import { eventually, startTestEnvironment, type TestEnvironment } from '@doorbuster/embedded/testing';
import { migrateDatabase, openDatabase } from '@doorbuster/persistence';
import { entityMismatches } from '@doorbuster/persistence/testing';
import { createLogger } from '@doorbuster/telemetry';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { catalogSchema } from '../src/catalog.schema.js';
import { CreateCatalog1767225601000 } from '../src/migrations/create-catalog.migration.js';
import { FillSearch1768600000001 } from '../src/migrations/fill-search.migration.js';
import { ProductEntity } from '../src/products/product.entity.js';

let env: TestEnvironment;
beforeAll(async () => {
  env = await startTestEnvironment();
});
afterAll(() => env.stop());

const schema = {
  service: 'catalog' as const,
  migrations: [CreateCatalog1767225601000],
  entities: [ProductEntity],
};
const logger = createLogger('catalog', 'silent');
const migrate = (url: string) => migrateDatabase({ ...schema, url }, logger);
const open = (url: string) => openDatabase({ ...schema, url }, logger);

it('without pg_trgm in the search path the migration fails with the commands for an administrator, and is rolled back', async () => {
  const url = `${env.migrationUrl('catalog')}?options=-c%20search_path%3Dcatalog`;
  await expect(migrate(url)).rejects.toThrow(/create extension if not exists pg_trgm/);
  await migrate(env.migrationUrl('catalog'));
  const dataSource = await open(env.databaseUrl('catalog'));
  expect(await dataSource.query('select from products')).toEqual([]);
  await dataSource.destroy();
});

it('the list and the search of the previous release have their indexes', async () => {
  const dataSource = await open(env.databaseUrl('catalog'));
  const rows: { indexname: string }[] = await dataSource.query(
    `select indexname from pg_indexes where schemaname = 'catalog' and tablename = 'products' order by 1`,
  );
  expect(rows.map(({ indexname }) => indexname)).toEqual([
    'products_by_category',
    'products_by_similar_name',
    'products_by_sku_prefix',
    'products_by_words',
    'products_pkey',
  ]);
  await dataSource.destroy();
});

it('a schema with products of the previous release has them in the search, in their newest form', async () => {
  const url = env.migrationUrl('catalog');
  const previous = await open(env.databaseUrl('catalog'));
  const insert = (sku: string, name: string, count: number): Promise<unknown> =>
    previous.query(
      `insert into products (sku, version, name, description, category, price_amount, price_currency)
       select $1 || i, 1, $2 || ' ' || i, '', 'kitchen', 100, 'USD' from generate_series(1, $3::int) as i`,
      [sku, name, count],
    );
  await insert('OLD-', 'Mug', 1_200);
  const migrations = catalogSchema.migrations.slice(
    0,
    catalogSchema.migrations.indexOf(FillSearch1768600000001),
  );
  await migrateDatabase({ ...schema, migrations, url }, logger);
  await insert('BETWEEN-', 'Café Mug', 1);
  // A change of a product in the middle of its trigger, when the migration waits for it.
  const writer = previous.createQueryRunner();
  await writer.startTransaction();
  await writer.query(`insert into product_search values ('OLD-7', 'kitchen', '')`);
  const migrated = migrateDatabase({ ...catalogSchema, url }, logger);
  await eventually(async () => {
    const waiting: unknown[] = await previous.query('select from pg_locks where not granted');
    return waiting.length > 0 ? true : undefined;
  }, 'the migration to wait for the change');
  await writer.query(`update products set name = 'Jug 7' where sku = 'OLD-7'`);
  await writer.commitTransaction();
  await writer.release();
  await migrated;
  const [found]: { mugs: number; all: number }[] = await previous.query(
    `select count(*) filter (where stems @@ 'mug')::int as mugs, count(*)::int as all from product_search`,
  );
  expect(found).toEqual({ mugs: 1_200, all: 1_201 });
  expect(
    await previous.query(`select term from search_terms where deletions && search_deletions('cafee')`),
  ).toEqual([{ term: 'cafe' }]);
  await previous.destroy();
});

it('the entities match the tables', async () => {
  const { migrations, entities } = catalogSchema;
  const url = env.migrationUrl('catalog');
  expect(await entityMismatches({ service: 'catalog', migrations, entities, url })).toEqual([]);
});
