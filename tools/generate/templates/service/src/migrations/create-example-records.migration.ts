import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateExampleRecords1767225601000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table example_records (
        id uuid primary key,
        text text not null,
        created_at timestamptz not null default now()
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table example_records');
  }
}
