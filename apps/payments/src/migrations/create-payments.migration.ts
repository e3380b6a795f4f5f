import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreatePayments1767225601000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // A row without amount and method is a tombstone. next_attempt_at is null if there is no current operation.
    await runner.query(`
      create table payments (
        order_id uuid primary key,
        status text not null check (status in ('AUTHORISING', 'AUTHORISED', 'DECLINED', 'CAPTURING', 'CAPTURED',
                                               'VOIDING', 'VOIDED', 'REFUNDING', 'REFUNDED')),
        amount bigint check (amount >= 0),
        currency text,
        method text,
        provider_reference text,
        captured_amount bigint not null default 0,
        refunded_amount bigint not null default 0,
        reason text,
        attempts integer not null default 0,
        is_being_asked boolean not null default false,
        next_attempt_at timestamptz,
        awaiting_reply jsonb not null default '{}',
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        check (captured_amount = 0 or (amount is not null and captured_amount = amount)),
        check (refunded_amount between 0 and captured_amount),
        check ((next_attempt_at is not null) = (status in ('AUTHORISING', 'CAPTURING', 'VOIDING', 'REFUNDING')))
      ) with (fillfactor = 70)`);
    await runner.query(
      'create index payments_to_be_asked on payments (next_attempt_at) where next_attempt_at is not null',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table payments');
  }
}
