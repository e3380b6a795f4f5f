import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The few sagas that wait for an operator are found without reading all that ever ran. Updates pay nothing for it: those that
 * change the state touch the indexes anyway. On a large table an administrator makes it beforehand, `concurrently`.
 */
export class IndexStalledSagas1767225603000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create index if not exists sagas_stalled on sagas (id) where state = 'STALLED'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index sagas_stalled');
  }
}
