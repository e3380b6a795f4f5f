import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The tables of `SagaModule`, for the migrations of an application. Those of the shop's orders are in migrations of its own. */
export class CreateSagaTables1768900000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Each saga is updated several times within a second, so pages keep room for the new versions of its row.
    await runner.query(`
      create table sagas (
        id uuid primary key,
        definition text not null,
        version int not null,
        state text not null check (state in ('RUNNING', 'COMPENSATING', 'COMPLETED', 'COMPENSATED', 'STALLED')),
        stage int not null,
        pending jsonb not null,
        refused jsonb not null,
        reason text,
        sequence int not null,
        data jsonb not null,
        next_deadline_at timestamptz,
        created_at timestamptz not null,
        updated_at timestamptz not null
      ) with (fillfactor = 40)`);
    await runner.query(
      `create index sagas_in_flight on sagas (created_at) where state not in ('COMPLETED', 'COMPENSATED')`,
    );
    await runner.query(`create index sagas_stalled on sagas (id) where state = 'STALLED'`);
    await runner.query(`
      create table saga_transitions (
        saga_id uuid not null,
        sequence int not null,
        at timestamptz not null,
        transitions json not null,
        primary key (saga_id, sequence)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table saga_transitions, sagas');
  }
}
