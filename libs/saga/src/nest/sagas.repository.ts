import type { Page, TimelineEntry } from '@doorbuster/contracts';
import { newestPage, pluck, type PageRequest } from '@doorbuster/persistence';
import { traceIdOf } from '@doorbuster/telemetry';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { nextDeadline, type SagaInstance, type SagaState, type SagaTransition } from '../instance.js';
import { formatReason, parseReason } from '../reason.js';
import type { SagaData } from './message-saga.js';
import { SagaEntity, type SagaTransitionsEntity } from './saga.entities.js';
import * as sql from './sagas.sql.js';

/** One version of one definition. */
export type SagaVersion = Pick<SagaInstance<unknown>, 'definition' | 'version'>;

export type StoredSaga<Data> = SagaInstance<Data> & Pick<SagaEntity, 'createdAt' | 'updatedAt'>;

/** Instances, and the time at which they were read, by the clock of the database. */
export interface LoadedSagas<Data> {
  instances: SagaInstance<Data>[];
  now: Date;
}

/** An action of a definition, and how many sagas wait for it. */
export interface PendingCount {
  saga: string;
  step: string;
  total: number;
  /** How many of them wait for an operator. */
  stalled: number;
}

export interface SagaSelection {
  state?: SagaState | undefined;
  /** Only sagas that have not ended, or only those that have. */
  open?: boolean | undefined;
}

/** Stores saga instances and their timelines. */
@Injectable()
export class SagasRepository<Data extends SagaData> {
  constructor(private readonly dataSource: DataSource) {}

  async insert(tx: EntityManager, sagas: readonly SagaInstance<Data>[]): Promise<void> {
    await tx.query(sql.INSERT_SAGAS, [JSON.stringify(sagas.map(toColumns))]);
  }

  /** Locks the instances of these ids, in the order of their ids. Unknown ids are left out. */
  async lock(tx: EntityManager, ids: readonly string[]): Promise<LoadedSagas<Data>> {
    return toLoaded(await tx.query(sql.LOCK_SAGAS, [ids]));
  }

  /** Locks instances of these versions with an overdue action, or only the one of this id; skips what is locked. */
  async lockOverdue(
    tx: EntityManager,
    limit: number,
    versions: readonly SagaVersion[],
    onlyId?: string,
  ): Promise<LoadedSagas<Data>> {
    const parameters = [limit, pluck(versions, 'definition'), pluck(versions, 'version'), onlyId ?? null];
    return toLoaded(await tx.query(sql.LOCK_OVERDUE_SAGAS, parameters));
  }

  async overdueIds(limit: number, versions: readonly SagaVersion[]): Promise<string[]> {
    const parameters = [limit, pluck(versions, 'definition'), pluck(versions, 'version')];
    return pluck(await this.dataSource.query<{ id: string }[]>(sql.SELECT_OVERDUE_IDS, parameters), 'id');
  }

  /** Writes everything but `data`. */
  async update(tx: EntityManager, sagas: readonly SagaInstance<Data>[]): Promise<void> {
    const rows = sagas.map((saga) => ({ ...toColumns(saga), data: undefined }));
    await tx.query(sql.UPDATE_SAGAS, [JSON.stringify(rows)]);
  }

  /** Writes one row a saga: transitions of one moment are written, and read, together. */
  async append(tx: EntityManager, transitions: readonly SagaTransition[]): Promise<void> {
    const rows = [...Map.groupBy(transitions, ({ sagaId }) => sagaId)].map(([sagaId, own]) => ({
      sagaId,
      sequence: own[0]?.sequence,
      transitions: own.map(({ sagaId: _sagaId, ...transition }) => transition),
    }));
    await tx.query(sql.INSERT_TRANSITIONS, [JSON.stringify(rows)]);
  }

  /** Adds to the data of a saga. The caller has locked it. */
  async mergeData(tx: EntityManager, id: string, data: Partial<Data>): Promise<void> {
    await tx.query(sql.MERGE_DATA, [id, data]);
  }

  async find(tx: EntityManager, id: string): Promise<StoredSaga<Data> | undefined> {
    const row = await tx.findOneBy(SagaEntity, { id });
    return row ? toStored<Data>(row) : undefined;
  }

  async list({ state, open, ...request }: SagaSelection & PageRequest): Promise<Page<StoredSaga<Data>>> {
    const query = this.dataSource.manager.createQueryBuilder(SagaEntity, 's');
    if (state !== undefined) query.where('s.state = :state', { state });
    if (open !== undefined) query.andWhere(`s.state ${open ? 'not in' : 'in'} ('COMPLETED', 'COMPENSATED')`);
    const { items, nextCursor } = await newestPage(query, request);
    return { items: items.map((row) => toStored<Data>(row)), nextCursor };
  }

  countPendingActions(): Promise<PendingCount[]> {
    return this.dataSource.query(sql.COUNT_PENDING_ACTIONS);
  }

  /** The transitions of these sagas, oldest saga first. */
  async timeline(sagaIds: readonly string[]): Promise<TimelineEntry[]> {
    const rows: TimelineRow[] = await this.dataSource.query(sql.SELECT_TIMELINE, [sagaIds]);
    return rows.flatMap(({ at, definition, sagaId, transitions, traceparent }) =>
      transitions.map(({ step, kind, attempt, reason }) => ({
        at: at.toISOString(),
        saga: definition,
        sagaId,
        step,
        transition: kind,
        attempt,
        reason,
        traceId: traceIdOf(traceparent),
      })),
    );
  }
}

type TimelineRow = Omit<SagaTransitionsEntity, 'sequence'> & { definition: string; traceparent: string };

function toColumns(saga: SagaInstance<unknown>): object {
  const deadline = nextDeadline(saga);
  return {
    ...saga,
    reason: saga.reason && formatReason(saga.reason),
    nextDeadlineAt: deadline === null ? null : new Date(deadline),
  };
}

const toStored = <Data>({
  nextDeadlineAt: _deadline,
  reason,
  data,
  ...row
}: SagaEntity): StoredSaga<Data> => ({
  ...row,
  reason: reason === null ? null : parseReason(reason),
  startedAt: row.createdAt.getTime(),
  data: data as Data,
});

type LockedRow<Data> = Omit<SagaInstance<Data>, 'reason'> & Pick<SagaEntity, 'reason'> & { now: number };

/** Without a row nothing advances, and the time does not matter. */
const toLoaded = <Data>(rows: LockedRow<Data>[]): LoadedSagas<Data> => ({
  instances: rows.map(({ now: _now, reason, ...saga }) => ({
    ...saga,
    reason: reason === null ? null : parseReason(reason),
  })),
  now: new Date(rows.at(-1)?.now ?? 0),
});
