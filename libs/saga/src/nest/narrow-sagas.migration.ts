import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A new order of the columns of `sagas`, and the timeline in the row. PostgreSQL logs of an update the bytes between the first
 * and the last one that changed: what never changes comes first, what each update changes next, and the timeline last, with its
 * newest line first, so that the older lines are the end of the row before and after the update.
 *
 * The order of columns cannot be changed, so the rows move to a new table. The lock holds up the sagas for about 15 s for each
 * million of rows. Ended sagas, which change no more, are packed; the others and all later ones have room for the new versions
 * of their rows.
 */
export class NarrowSagas1769000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('lock table sagas in access exclusive mode');
    await runner.query('alter table sagas rename to sagas_before');
    await runner.query(`
      create table sagas (
        id uuid not null,
        created_at timestamptz not null,
        version int not null,
        definition text not null,
        data jsonb not null,
        refused jsonb not null,
        reason text,
        next_deadline_at timestamptz,
        updated_at timestamptz not null,
        sequence int not null,
        stage int not null,
        state text not null check (state in ('RUNNING', 'COMPENSATING', 'COMPLETED', 'COMPENSATED', 'STALLED')),
        pending jsonb not null,
        -- A line of JSON for each moment, the newest first: [sequence, ms since created_at, [step, kind, attempt, reason], ...].
        timeline text not null default ''
      )`);
    // Compressing it with each update would cost more than it saves.
    await runner.query('alter table sagas alter column timeline set storage main');
    const columns = `id, created_at, version, definition, data, refused, reason, next_deadline_at, updated_at, sequence, stage,
      state, pending`;
    const isEnded = `state in ('COMPLETED', 'COMPENSATED')`;
    await runner.query(`insert into sagas (${columns}) select ${columns} from sagas_before where ${isEnded}`);
    await runner.query('alter table sagas set (fillfactor = 30)');
    await runner.query(
      `insert into sagas (${columns}) select ${columns} from sagas_before where not (${isEnded})`,
    );
    await runner.query('drop table sagas_before');
    await runner.query('alter table sagas add primary key (id)');
    await runner.query(
      `create index sagas_in_flight on sagas (created_at) where state not in ('COMPLETED', 'COMPENSATED')`,
    );
    await runner.query(`create index sagas_stalled on sagas (id) where state = 'STALLED'`);
  }

  async down(): Promise<void> {
    // Nothing: a release before this one reads and writes the columns by their names.
  }
}
