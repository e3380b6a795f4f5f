import { createTestDatabase, type TestDatabase } from '@doorbuster/embedded/testing';
import { migrateDatabase, openDatabase } from '@doorbuster/persistence';
import { createLogger } from '@doorbuster/telemetry';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  CreateSagaTables1768900000000,
  SagaEntity,
  sagaMigrations as migrations,
  SagasRepository,
  SagaTransitionsEntity,
} from '../src/nest/index.js';

/** The statements of the release before this one. */
const BEFORE = {
  insert: `insert into sagas (id, definition, version, state, stage, pending, refused, reason, sequence, data,
                     next_deadline_at, created_at, updated_at)
  select id, definition, version, state, stage, pending, refused, reason, sequence, data,
         "nextDeadlineAt", now(), now()
  from json_to_recordset($1) as s (id uuid, definition text, version int, state text, stage int, pending jsonb,
    refused jsonb, reason text, sequence int, data jsonb, "nextDeadlineAt" timestamptz)`,
  update: `update sagas s
  set state = u.state, stage = u.stage, pending = u.pending, refused = u.refused, reason = u.reason,
      sequence = u.sequence, next_deadline_at = u."nextDeadlineAt", updated_at = now()
  from json_to_recordset($1) as u (id uuid, state text, stage int, pending jsonb, refused jsonb, reason text,
    sequence int, "nextDeadlineAt" timestamptz)
  where s.id = u.id`,
  append: `insert into saga_transitions (saga_id, sequence, at, transitions)
  select "sagaId", sequence, now(), transitions
  from json_to_recordset($1) as t ("sagaId" uuid, sequence int, transitions json)`,
  count: `select definition as saga, action->>'name' as step, count(*)::int as total
  from sagas cross join lateral jsonb_array_elements(pending) as action
  where state not in ('COMPLETED', 'COMPENSATED') group by 1, 2`,
};

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const ENDED = '0198f000-0000-7000-8000-000000000001';
const IN_FLIGHT = '0198f000-0000-7000-8000-000000000002';
const pending = [{ name: 'pay', attempt: 1, deadlineAt: 1_900_000_000_000 }];
const row = (id: string, state: string, sequence: number) => ({
  id,
  definition: 'trip',
  version: 1,
  state,
  stage: 1,
  reason: null,
  sequence,
  refused: [],
  pending: state === 'RUNNING' ? pending : [],
  data: { traceparent: TRACEPARENT, of: 'ann' },
  nextDeadlineAt: state === 'RUNNING' ? new Date(1_900_000_000_000) : null,
});
const transition = (sequence: number, step: string, kind: string) => ({
  sequence,
  step,
  kind,
  attempt: 1,
  reason: null,
});

const logger = createLogger('orders', 'silent');
const schema = { service: 'orders', entities: [SagaEntity, SagaTransitionsEntity] };
let database: TestDatabase;
let dataSource: DataSource;
/** A replica of the release before. Its statements stay prepared. */
let before: pg.Client;
const ask = (name: keyof typeof BEFORE, rows?: object[]) =>
  before.query<object>({ name, text: BEFORE[name], values: rows ? [JSON.stringify(rows)] : [] });

beforeAll(async () => {
  database = await createTestDatabase();
  const url = database.migratorUrl('orders');
  await migrateDatabase({ ...schema, migrations: [CreateSagaTables1768900000000], url }, logger);
  before = new pg.Client({ connectionString: database.url('orders') });
  await before.connect();
  await ask('insert', [row(ENDED, 'COMPLETED', 2), row(IN_FLIGHT, 'RUNNING', 1)]);
  await ask('append', [{ sagaId: IN_FLIGHT, sequence: 1, transitions: [transition(1, 'trip', 'STARTED')] }]);
  await ask('update', [row(IN_FLIGHT, 'RUNNING', 1)]);
  await ask('count');
  await migrateDatabase({ ...schema, migrations, url }, logger);
  dataSource = await openDatabase({ ...schema, migrations, url: database.url('orders') }, logger);
});
afterAll(async () => {
  await before?.end();
  await dataSource?.destroy();
  await database?.drop();
});

it('sagas of the release before, ended and in flight, are in the new table', async () => {
  const sagas = await dataSource.manager.find(SagaEntity, { order: { id: 'asc' } });
  expect(sagas).toMatchObject([
    { id: ENDED, state: 'COMPLETED', sequence: 2, data: { of: 'ann' }, pending: [] },
    { id: IN_FLIGHT, state: 'RUNNING', nextDeadlineAt: new Date(1_900_000_000_000), pending },
  ]);
});

it('a replica of the release before moves sagas of both releases on, and their timelines are read whole', async () => {
  const repository = new SagasRepository(dataSource);
  expect((await ask('count')).rows).toEqual([{ saga: 'trip', step: 'pay', total: 1 }]);
  await dataSource.transaction(async (tx) => {
    const { instances, now } = await repository.lock(tx, [IN_FLIGHT]);
    const [instance] = instances;
    if (!instance) throw new Error('no saga');
    const transitions = [{ ...transition(2, 'pay', 'RESENT'), sagaId: IN_FLIGHT, attempt: 2 }];
    const moved = { ...instance, sequence: 2, state: 'RUNNING' as const };
    await repository.update(tx, [
      { before: instance, instance: moved, at: now, transitions, commands: [], decisions: [] } as never,
    ]);
  });
  await ask('update', [row(IN_FLIGHT, 'COMPLETED', 3)]);
  await ask('append', [{ sagaId: IN_FLIGHT, sequence: 3, transitions: [transition(3, 'pay', 'SUCCEEDED')] }]);
  expect(await repository.timeline([IN_FLIGHT])).toMatchObject([
    { saga: 'trip', step: 'trip', transition: 'STARTED', attempt: 1, reason: null },
    { step: 'pay', transition: 'RESENT', attempt: 2 },
    { step: 'pay', transition: 'SUCCEEDED', attempt: 1 },
  ]);
  expect(await dataSource.manager.findOneBy(SagaEntity, { id: IN_FLIGHT })).toMatchObject({
    state: 'COMPLETED',
    sequence: 3,
  });
  await ask('insert', [row('0198f000-0000-7000-8000-000000000003', 'RUNNING', 1)]);
});

/** In the order of the file, which decides how much of an update is logged. */
it('columns that updates change are after those that they do not, and the timeline is last', async () => {
  const columns: { name: string }[] = await dataSource.query(
    `select attname as name from pg_attribute where attrelid = 'sagas'::regclass and attnum > 0 order by attnum`,
  );
  const names = columns.map(({ name }) => name);
  expect(names.at(-1)).toBe('timeline');
  for (const changed of ['next_deadline_at', 'updated_at', 'sequence', 'stage', 'state', 'pending']) {
    for (const fixed of ['id', 'created_at', 'definition', 'version', 'data']) {
      expect(names.indexOf(fixed)).toBeLessThan(names.indexOf(changed));
    }
  }
});
