import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The two tables for messaging in each service's schema. */
export class CreateMessagingTables1767225600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table outbox (
        id uuid primary key,
        subject text not null,
        payload text not null,
        traceparent text not null,
        created_at timestamptz not null default now()
      )`);
    // A row lives for milliseconds, so compressing a large batch costs more than it saves.
    await runner.query(`alter table outbox alter payload set storage external`);
    await runner.query(`
      create table dead_letters (
        id uuid primary key,
        consumer text not null,
        subject text not null,
        event jsonb not null,
        error text not null,
        dead_at timestamptz not null default now(),
        replayed_at timestamptz
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table outbox, dead_letters');
  }
}
