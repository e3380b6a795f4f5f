import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The fill factor leaves room on each page, so an update of a row needs no new index entry. */
export class CreateStock1767225601000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table stock (
        sku text primary key,
        available int not null default 0 check (available >= 0),
        reserved int not null default 0 check (reserved >= 0),
        sold int not null default 0 check (sold >= 0),
        received int not null default 0,
        check (received = available + reserved + sold)
      ) with (fillfactor = 50)`);
    await runner.query(`
      create table reservations (
        order_id uuid primary key,
        status text not null
          check (status in ('RESERVED', 'COMMITTED', 'RELEASED', 'EXPIRED', 'RESTOCKED', 'REFUSED')),
        lines jsonb not null,
        reason text,
        refused_sku text,
        expires_at timestamptz,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        check ((status = 'REFUSED') = (reason is not null)),
        check (status <> 'RESERVED' or expires_at is not null)
      ) with (fillfactor = 80)`);
    await runner.query(
      `create index reservations_by_expiry on reservations (expires_at) where status = 'RESERVED'`,
    );
    await runner.query(`
      create table adjustments (
        sku text not null references stock,
        idempotency_key text not null,
        delta int not null,
        reason text not null,
        answer jsonb not null,
        created_at timestamptz not null default now(),
        primary key (sku, idempotency_key)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table adjustments, reservations, stock');
  }
}
