import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The data of an external card network. Only the simulated provider reads and writes it. */
export class CreateSimulatedBooks1768200000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table simulated_books (
        authorisation_key text collate "C" primary key,
        status text not null check (status in ('captured', 'voided', 'refunded')),
        amount bigint,
        capture_key text,
        refund_key text
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table simulated_books');
  }
}
