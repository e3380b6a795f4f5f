import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The fill factors leave room on each page, so an update of a row needs no new index entry where no indexed column changes. */
export class CreateCarts1767225601000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table products (
        sku text primary key,
        version int not null,
        name text not null,
        amount bigint not null,
        currency text not null
      )`);
    await runner.query(`
      create table carts (
        customer_id text primary key,
        version int not null check (version > 0),
        lines jsonb not null,
        updated_at timestamptz not null default now()
      ) with (fillfactor = 70)`);
    await runner.query('create index carts_by_update on carts (updated_at)');
    await runner.query(`
      create table cart_merges (
        customer_id text not null,
        idempotency_key text not null,
        items jsonb not null,
        created_at timestamptz not null default now(),
        primary key (customer_id, idempotency_key)
      )`);
    await runner.query('create index cart_merges_by_time on cart_merges (created_at)');
    await runner.query(`
      create table checkouts (
        customer_id text not null,
        idempotency_key text not null,
        request jsonb not null,
        lines jsonb not null,
        taken jsonb not null default '[]',
        state text not null check (state in ('OPEN', 'ACCEPTED', 'REJECTED')),
        holds_until timestamptz not null,
        created_at timestamptz not null default now(),
        primary key (customer_id, idempotency_key)
      ) with (fillfactor = 80)`);
    await runner.query('create index checkouts_by_time on checkouts (created_at)');
    await runner.query(`create index open_checkouts on checkouts (customer_id) where state = 'OPEN'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table checkouts, cart_merges, carts, products');
  }
}
