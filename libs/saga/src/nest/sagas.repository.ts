import type { Page, TimelineEntry } from '@doorbuster/contracts';
import { jsonLines, newestPage, pluck, preparedQuery, type PageRequest } from '@doorbuster/persistence';
import { traceIdOf } from '@doorbuster/telemetry';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { nextDeadline, type SagaInstance, type SagaState } from '../instance.js';
import { formatReason, parseReason } from '../reason.js';
import type { AdvancedSaga, SagaData } from './message-saga.js';
import { isInRow, lineOf, readTimeline, type TransitionsRow } from './saga-timeline.js';
import { SagaEntity } from './saga.entities.js';
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

  /** Inserts started sagas with their first transitions. */
  async insert(tx: EntityManager, sagas: readonly AdvancedSaga<Data>[]): Promise<void> {
    const instances = pluck(sagas, 'instance');
    const data = jsonLines(pluck(instances, 'data'));
    const immutable = [pluck(instances, 'version'), pluck(instances, 'definition'), data];
    await preparedQuery(tx, sql.INSERT_SAGAS, [...toColumns(sagas), ...immutable]);
    await this.append(tx, sagas);
  }

  /** Locks the instances of these ids, in the order of their ids. Unknown ids are left out. */
  async lock(tx: EntityManager, ids: readonly string[]): Promise<LoadedSagas<Data>> {
    return toLoaded(await preparedQuery<LockedRow<Data>>(tx, sql.LOCK_SAGAS, [ids]));
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

  /** Writes everything but `data`, and adds to the timelines. */
  async update(tx: EntityManager, sagas: readonly AdvancedSaga<Data>[]): Promise<void> {
    await preparedQuery(tx, sql.UPDATE_SAGAS, toColumns(sagas));
    await this.append(tx, sagas);
  }

  /** Writes what the rows of the sagas do not hold: one row for a saga and a moment. */
  private async append(tx: EntityManager, sagas: readonly AdvancedSaga<Data>[]): Promise<void> {
    const rows = sagas.flatMap(({ transitions }) => {
      const own = transitions.filter((transition) => !isInRow(transition));
      const [first] = own;
      if (!first) return [];
      const { sagaId, sequence } = first;
      return [{ sagaId, sequence, transitions: own.map(({ sagaId: _sagaId, ...transition }) => transition) }];
    });
    if (rows.length > 0) await tx.query(sql.INSERT_TRANSITIONS, [JSON.stringify(rows)]);
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
    const sagas: TimelineRow[] = await this.dataSource.query(sql.SELECT_TIMELINE, [sagaIds]);
    return sagas.flatMap(({ sagaId, definition, traceparent, startedAt, timeline, rows }) =>
      readTimeline(startedAt, timeline, rows).map(({ at, step, kind, attempt, reason }) => ({
        at: new Date(at).toISOString(),
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

interface TimelineRow {
  sagaId: string;
  definition: string;
  traceparent: string;
  startedAt: number;
  timeline: string;
  rows: TransitionsRow[];
}

/** In the order in which both statements take them. */
function toColumns<Data extends SagaData>(sagas: readonly AdvancedSaga<Data>[]): unknown[] {
  const instances = pluck(sagas, 'instance');
  return [
    pluck(instances, 'id'),
    pluck(instances, 'state'),
    pluck(instances, 'stage'),
    jsonLines(pluck(instances, 'pending')),
    jsonLines(pluck(instances, 'refused')),
    instances.map(({ reason }) => reason && formatReason(reason)),
    instances.map(nextDeadline),
    pluck(instances, 'sequence'),
    sagas.map(lineOf).join('\n'),
  ];
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
