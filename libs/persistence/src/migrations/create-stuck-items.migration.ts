import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Failed items of polling jobs. A row exists only while its item is stuck. */
export class CreateStuckItems1768500000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table stuck_items (
        job text not null,
        item_id text not null,
        failures int not null default 1,
        last_error text not null,
        first_failed_at timestamptz not null default clock_timestamp(),
        last_failed_at timestamptz not null default clock_timestamp(),
        next_attempt_at timestamptz not null,
        primary key (job, item_id)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table stuck_items');
  }
}
