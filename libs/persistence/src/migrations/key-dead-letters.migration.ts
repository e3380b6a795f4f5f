import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * One dead letter for each consumer and event. Of several old ones the oldest stays, and is replayed if any of them was. A
 * replica of the previous release writes null keys, which never conflict.
 */
export class KeyDeadLetters1768400000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table dead_letters add column event_key text');
    await runner.query(`
      update dead_letters set event_key = coalesce((event->>'source') || ' ' || (event->>'id'), md5(event::text))`);
    await runner.query(`
      with grouped as (
        select id, consumer, event_key, row_number() over same as place, max(replayed_at) over all_of as replayed
        from dead_letters
        window all_of as (partition by consumer, event_key), same as (all_of order by id)
      ), kept as (
        update dead_letters set replayed_at = grouped.replayed
        from grouped where grouped.id = dead_letters.id and grouped.place = 1 and dead_letters.replayed_at is null
          and grouped.replayed is not null
      )
      delete from dead_letters using grouped where grouped.id = dead_letters.id and grouped.place > 1`);
    await runner.query('create unique index dead_letters_by_event on dead_letters (consumer, event_key)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index dead_letters_by_event');
    await runner.query('alter table dead_letters drop column event_key');
  }
}
