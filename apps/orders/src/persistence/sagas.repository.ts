import type { Saga, TimelineEntry } from '@doorbuster/contracts';
import {
  nextDeadline,
  type LoadedSagas,
  type SagaInstance,
  type SagaState,
  type SagaStore,
  type SagaVersion,
  type SagaTransition,
} from '@doorbuster/saga';
import { DATABASE_NOW, isNotStuck, pluck } from '@doorbuster/persistence';
import { traceIdOf } from '@doorbuster/telemetry';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { CancellationRequest, OrderSagaData } from '../domain/order-saga.js';

type OrderSaga = SagaInstance<OrderSagaData>;

/** An action of a definition, and how many of its sagas wait for it. */
export interface WaitingAction {
  saga: string;
  step: string;
  total: number;
  /** Those of them that were given up until an operator looks. */
  parked: number;
}

const INSTANCE = `id, definition, version, state, stage, pending, refused, reason, sequence, data,
  (extract(epoch from created_at) * 1000)::float8 as "startedAt"`;

/** The deadline sweep's name in `stuck_items`. */
export const DEADLINES_JOB = 'saga-deadlines';
/** Milliseconds since the epoch by the clock of the database, which all replicas share. */
const NOW = `(${DATABASE_NOW})::float8 as now`;
const IS_OVERDUE = `state not in ('COMPLETED', 'COMPENSATED') and next_deadline_at <= clock_timestamp()
  and (definition, version) in (select * from unnest($2::text[], $3::int[]))`;
const IS_NOT_STUCK = isNotStuck(DEADLINES_JOB, 'sagas.id');

@Injectable()
export class SagasRepository implements SagaStore<EntityManager, OrderSagaData> {
  constructor(private readonly dataSource: DataSource) {}

  async insert(tx: EntityManager, sagas: OrderSaga[]): Promise<void> {
    await tx.query(
      `insert into sagas (id, definition, version, state, stage, pending, refused, reason, sequence, data,
                          next_deadline_at, created_at, updated_at)
       select id, definition, version, state, stage, pending, refused, reason, sequence, data,
              "nextDeadlineAt", now(), now()
       from json_to_recordset($1) as s (id uuid, definition text, version int, state text, stage int, pending jsonb,
         refused jsonb, reason text, sequence int, data jsonb, "nextDeadlineAt" timestamptz)`,
      [JSON.stringify(sagas.map((saga) => ({ ...saga, nextDeadlineAt: deadlineOf(saga) })))],
    );
  }

  async load(tx: EntityManager, ids: string[]): Promise<LoadedSagas<OrderSagaData>> {
    return toLoaded(
      await tx.query(
        `select ${INSTANCE}, ${NOW} from sagas where id = any($1::uuid[]) order by id for update`,
        [ids],
      ),
    );
  }

  async loadOverdue(
    tx: EntityManager,
    limit: number,
    versions: readonly SagaVersion[],
    onlyId?: string,
  ): Promise<LoadedSagas<OrderSagaData>> {
    return toLoaded(
      await tx.query(
        `select ${INSTANCE}, ${NOW} from sagas
         where ${IS_OVERDUE} and case when $4::uuid is null then ${IS_NOT_STUCK} else id = $4 end
         order by created_at limit $1 for update skip locked`,
        [limit, pluck(versions, 'definition'), pluck(versions, 'version'), onlyId ?? null],
      ),
    );
  }

  async overdueIds(limit: number, versions: readonly SagaVersion[]): Promise<string[]> {
    const rows: { id: string }[] = await this.dataSource.query(
      `select id from sagas where ${IS_OVERDUE} and ${IS_NOT_STUCK} order by created_at limit $1`,
      [limit, pluck(versions, 'definition'), pluck(versions, 'version')],
    );
    return rows.map(({ id }) => id);
  }

  /** `data` stays as it was written. */
  async update(tx: EntityManager, sagas: OrderSaga[]): Promise<void> {
    const rows = sagas.map(({ data: _data, ...saga }) => ({ ...saga, nextDeadlineAt: deadlineOf(saga) }));
    await tx.query(
      `update sagas s
       set state = u.state, stage = u.stage, pending = u.pending, refused = u.refused, reason = u.reason,
           sequence = u.sequence, next_deadline_at = u."nextDeadlineAt", updated_at = now()
       from json_to_recordset($1) as u (id uuid, state text, stage int, pending jsonb, refused jsonb, reason text,
         sequence int, "nextDeadlineAt" timestamptz)
       where s.id = u.id`,
      [JSON.stringify(rows)],
    );
  }

  /** A row for each saga: transitions of one moment are written, and read, together. */
  async append(tx: EntityManager, transitions: SagaTransition[]): Promise<void> {
    const rows = [...Map.groupBy(transitions, ({ sagaId }) => sagaId)].map(([sagaId, own]) => ({
      sagaId,
      sequence: own[0]?.sequence,
      transitions: own.map(({ sagaId: _sagaId, ...transition }) => transition),
    }));
    await tx.query(
      `insert into saga_transitions (saga_id, sequence, at, transitions)
       select "sagaId", sequence, now(), transitions
       from json_to_recordset($1) as t ("sagaId" uuid, sequence int, transitions json)`,
      [JSON.stringify(rows)],
    );
  }

  /** To be called with the saga's row locked. */
  async requestCancellation(tx: EntityManager, id: string, cancellation: CancellationRequest): Promise<void> {
    await tx.query('update sagas set data = data || $2::jsonb where id = $1', [id, { cancellation }]);
  }

  /** Newest first; `before` is the id of the last one seen. */
  async list(state: SagaState | null, limit: number, before?: string): Promise<Saga[]> {
    const rows: SagaRow[] = await this.dataSource.query(
      `select ${INSTANCE}, created_at, updated_at from sagas
       where ($1::text is null or state = $1) and ($2::uuid is null or id < $2) order by id desc limit $3`,
      [state, before ?? null, limit],
    );
    return rows.map(toSaga);
  }

  async find(id: string, manager: EntityManager = this.dataSource.manager): Promise<Saga | undefined> {
    const rows: SagaRow[] = await manager.query(
      `select ${INSTANCE}, created_at, updated_at from sagas where id = $1`,
      [id],
    );
    return rows[0] && toSaga(rows[0]);
  }

  /** Only of sagas in flight, which an index knows. */
  waitingActions(): Promise<WaitingAction[]> {
    return this.dataSource.query(
      `select definition as saga, action->>'name' as step, count(*)::int as total,
              count(*) filter (where action->'deadlineAt' = 'null')::int as parked
       from sagas cross join lateral jsonb_array_elements(pending) as action
       where state not in ('COMPLETED', 'COMPENSATED') group by 1, 2`,
    );
  }

  async timeline(sagaIds: readonly string[]): Promise<TimelineEntry[]> {
    const rows: TransitionRow[] = await this.dataSource.query(
      `select t.saga_id, t.at, t.transitions, s.definition, s.data->>'traceparent' as traceparent
       from saga_transitions t join sagas s on s.id = t.saga_id
       where t.saga_id = any($1::uuid[]) order by s.created_at, t.sequence`,
      [sagaIds],
    );
    return rows.flatMap(({ at, definition, saga_id, transitions, traceparent }) =>
      transitions.map(({ step, kind, attempt, reason }) => ({
        at: at.toISOString(),
        saga: definition,
        sagaId: saga_id,
        step,
        transition: kind,
        attempt,
        reason,
        traceId: traceIdOf(traceparent),
      })),
    );
  }
}

/** Without a row nothing can be advanced, and the time does not matter. */
function toLoaded(rows: (OrderSaga & { now: number })[]): LoadedSagas<OrderSagaData> {
  return { instances: rows.map(({ now: _now, ...saga }) => saga), now: new Date(rows.at(-1)?.now ?? 0) };
}

type SagaRow = OrderSaga & { created_at: Date; updated_at: Date };
interface TransitionRow {
  saga_id: string;
  at: Date;
  transitions: Omit<SagaTransition, 'sagaId'>[];
  definition: string;
  traceparent: string;
}

function deadlineOf(saga: Pick<OrderSaga, 'pending'>): Date | null {
  const deadline = nextDeadline(saga);
  return deadline === null ? null : new Date(deadline);
}

function toSaga({
  id,
  definition,
  version,
  state,
  pending,
  reason,
  data,
  created_at,
  updated_at,
}: SagaRow): Saga {
  return {
    id,
    definition,
    version,
    orderId: data.orderId,
    state,
    pending: pending.map(({ name, attempt, deadlineAt }) => ({
      step: name,
      attempt,
      deadlineAt: deadlineAt === null ? null : new Date(deadlineAt).toISOString(),
    })),
    reason,
    traceId: traceIdOf(data.traceparent),
    createdAt: created_at.toISOString(),
    updatedAt: updated_at.toISOString(),
  };
}
