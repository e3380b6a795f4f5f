import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Open dead letters are counted every few seconds, and there may be many replayed ones. */
export class IndexOpenDeadLetters1768000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create index dead_letters_open on dead_letters (consumer) where replayed_at is null');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index dead_letters_open');
  }
}
