import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Rows of orders and sagas are updated a few times soon after they were written, all of a page at the same time: the fill
 * factor leaves room for that on the page, and no index covers a column that those updates change, so that they touch no
 * index either.
 */
export class CreateOrders1767225602000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table orders (
        id uuid primary key,
        customer_id text not null,
        idempotency_key text not null,
        status text not null check (status in ('PENDING', 'CONFIRMED', 'REJECTED', 'CANCELLED')),
        reason text,
        -- Written once and read with the order: [{"sku", "quantity", "unitPrice": {"amount", "currency"}}].
        lines jsonb not null,
        total_amount bigint not null check (total_amount >= 0),
        currency text not null,
        payment_method text not null,
        cancel_requested_at timestamptz,
        created_at timestamptz not null,
        updated_at timestamptz not null,
        unique (customer_id, idempotency_key)
      ) with (fillfactor = 50)`);
    await runner.query(`create index orders_of_customer on orders (customer_id, id)`);
    await runner.query(`
      create table sagas (
        id uuid primary key,
        definition text not null,
        version int not null,
        state text not null check (state in ('RUNNING', 'COMPENSATING', 'COMPLETED', 'COMPENSATED', 'STALLED')),
        stage int not null,
        pending jsonb not null,
        refused jsonb not null,
        reason text,
        sequence int not null,
        data jsonb not null,
        next_deadline_at timestamptz,
        created_at timestamptz not null,
        updated_at timestamptz not null
      ) with (fillfactor = 40)`);
    await runner.query(
      `create index sagas_in_flight on sagas (created_at) where state not in ('COMPLETED', 'COMPENSATED')`,
    );
    await runner.query(`
      create table saga_transitions (
        saga_id uuid not null,
        sequence int not null,
        at timestamptz not null,
        -- What went on at once: [{"sequence", "step", "kind", "attempt", "reason"}]; the row has the first one's number.
        transitions json not null,
        primary key (saga_id, sequence)
      )`);
    await runner.query(`
      create table prices (
        sku text primary key,
        version int not null,
        amount bigint not null,
        currency text not null
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table prices, saga_transitions, sagas, orders');
  }
}
