import type { MigrationInterface, QueryRunner } from 'typeorm';

const MISSING_PG_TRGM = `the catalog needs the extension pg_trgm in its search path; let an administrator run, in this database:
  create schema if not exists extensions;
  create extension if not exists pg_trgm schema extensions;
  grant usage on schema extensions to catalog;
  alter role catalog in database <this one> set search_path = catalog, extensions;`;

/** SKUs have the collation "C", so that the order of a page does not depend on the server's locale. */
export class CreateCatalog1767225601000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await requireTrigrams(runner);
    await runner.query(`
      create table products (
        sku text collate "C" primary key,
        version int not null,
        name text not null,
        description text not null,
        category text not null,
        price_amount bigint not null check (price_amount >= 0),
        price_currency text not null,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        search tsvector not null generated always as (
          setweight(to_tsvector('english', name), 'A')
          || setweight(to_tsvector('english', category), 'B')
          || setweight(to_tsvector('english', description), 'C')
        ) stored
      )`);
    await runner.query('create index products_by_category on products (category, sku)');
    await runner.query('create index products_by_sku_prefix on products (lower(sku))');
    await runner.query('create index products_by_words on products using gin (search)');
    await runner.query('create index products_by_similar_name on products using gin (name gin_trgm_ops)');
    await runner.query(`
      create table announced_stream (
        is_only boolean primary key default true check (is_only),
        created text not null
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table announced_stream, products');
  }
}

async function requireTrigrams(runner: QueryRunner): Promise<void> {
  const rows: unknown[] = await runner.query(
    `select from pg_opclass where opcname = 'gin_trgm_ops' and pg_opclass_is_visible(oid)`,
  );
  if (rows.length === 0) throw new Error(MISSING_PG_TRGM);
}
