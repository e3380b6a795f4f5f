import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Open are the dead letters that are neither replayed nor dismissed. They are counted every few seconds, and there may be many
 * dismissed ones. `dead_letters_open` is the index of the previous release, which still counts by it.
 */
export class DismissDeadLetters1768800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'alter table dead_letters add column dismissed_at timestamptz, add column dismiss_reason text',
    );
    await runner.query(`create index dead_letters_undecided on dead_letters (consumer, id)
      where replayed_at is null and dismissed_at is null`);
    await runner.query(
      'create index dead_letters_dismissed on dead_letters (id) where dismissed_at is not null',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index dead_letters_undecided, dead_letters_dismissed');
    await runner.query('alter table dead_letters drop column dismissed_at, drop column dismiss_reason');
  }
}
