import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateOrderStatusChanged1767225601000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table order_status_changed (
        subject text primary key,
        at timestamptz not null,
        data jsonb not null
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table order_status_changed');
  }
}
