import type { MigrationInterface, QueryRunner } from 'typeorm';

export class AddSales1768100000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table sales (
        id uuid primary key,
        version int not null,
        sku text collate "C" not null references products,
        price_amount bigint not null check (price_amount >= 0),
        price_currency text not null,
        starts_at timestamptz not null,
        ends_at timestamptz not null,
        units int not null check (units > 0),
        limit_per_customer int not null check (limit_per_customer > 0),
        -- The highest limit so far. Purchases up to it are correct.
        limit_per_customer_max int not null check (limit_per_customer_max >= limit_per_customer),
        status text not null check (status in ('PREPARING', 'SCHEDULED', 'OPEN', 'ENDED', 'REJECTED')),
        reason text,
        is_returned boolean not null default false,
        attempts int not null,
        next_action_at timestamptz,
        idempotency_key text not null unique,
        request jsonb not null,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now()
      )`);
    await runner.query('create index sales_of_sku on sales (sku, id)');
    await runner.query(
      'create index sales_by_next_action on sales (next_action_at) where next_action_at is not null',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table sales');
  }
}
