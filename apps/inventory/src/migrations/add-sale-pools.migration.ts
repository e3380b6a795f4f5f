import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ORDINARY } from '../stock/stock.entity.js';

/** The units of a sale are rows of `stock`, so the checks of that table apply to them. */
export class AddSalePools1768100000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table adjustments drop constraint adjustments_sku_fkey');
    await runner.query(`
      alter table stock
        add sale_id uuid not null default '${ORDINARY}',
        add is_open boolean not null default true,
        drop constraint stock_pkey,
        add primary key (sku, sale_id),
        add check (is_open or available = 0),
        add check (is_open or sale_id <> '${ORDINARY}')`);
    await runner.query(`create index stock_of_sales on stock (sale_id) where sale_id <> '${ORDINARY}'`);
    await runner.query(`
      create table set_asides (
        sale_id uuid primary key,
        sku text,
        status text not null check (status in ('SET_ASIDE', 'REFUSED', 'RETURNED')),
        reason text,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        check (status <> 'SET_ASIDE' or sku is not null)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table set_asides');
    await runner.query('drop index stock_of_sales');
    await runner.query(
      `insert into stock (sku, available, reserved, sold, received)
       select sku, sum(available), sum(reserved), sum(sold), sum(received) from stock
       where sale_id <> '${ORDINARY}' group by sku
       on conflict (sku, sale_id) do update set
         available = stock.available + excluded.available, reserved = stock.reserved + excluded.reserved,
         sold = stock.sold + excluded.sold, received = stock.received + excluded.received`,
    );
    await runner.query(`delete from stock where sale_id <> '${ORDINARY}'`);
    await runner.query(
      'alter table stock drop constraint stock_pkey, drop column sale_id, drop column is_open, add primary key (sku)',
    );
    await runner.query(
      'alter table adjustments add constraint adjustments_sku_fkey foreign key (sku) references stock',
    );
  }
}
