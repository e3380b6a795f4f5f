import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Purchases are updated with each order of a sale: their pages have room for that, and no index covers the quantity. */
export class AddSales1768100000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table sales (
        id uuid primary key,
        version int not null,
        sku text not null,
        amount bigint not null,
        currency text not null,
        starts_at timestamptz not null,
        ends_at timestamptz not null,
        limit_per_customer int not null,
        status text not null
      )`);
    await runner.query(`
      create table sale_purchases (
        sale_id uuid not null,
        customer_id text collate "C" not null,
        quantity int not null check (quantity >= 0),
        primary key (sale_id, customer_id)
      ) with (fillfactor = 50)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table sale_purchases, sales');
  }
}
