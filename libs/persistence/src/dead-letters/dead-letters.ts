import { createHash } from 'node:crypto';
import type { DeadLetterState, Page } from '@doorbuster/contracts';
import { newTraceparent, traceFields, withoutSecrets, type Logger } from '@doorbuster/telemetry';
import {
  EntityNotFoundError,
  IsNull,
  Not,
  type DataSource,
  type EntityManager,
  type FindOptionsWhere,
} from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { countDeadLetter } from '../backlog-metrics.js';
import { newestPage, type PageRequest } from '../page.js';
import { afterCommit } from '../transactions/transaction.js';
import { DeadLetterEntity } from './dead-letter.entity.js';
import { INSERT_DEAD_LETTER } from './dead-letters.sql.js';

export type DeadLetterRow = Omit<DeadLetterEntity, 'eventKey'>;

export interface NewDeadLetter {
  consumer: string;
  natsSubject: string;
  /** The CloudEvent, or the text of a message that could not be read as a batch of events. */
  event: unknown;
  error: unknown;
  /** The event's, if it has one. */
  traceparent?: string;
}

export interface DeadLetterSelection {
  consumer?: string | undefined;
  /** See {@link causeOf}. */
  cause?: string | undefined;
  /** All but the dismissed ones by default. */
  state?: DeadLetterState | undefined;
}

const IN_STATE: Record<DeadLetterState, FindOptionsWhere<DeadLetterEntity>> = {
  OPEN: { replayedAt: IsNull(), dismissedAt: IsNull() },
  REPLAYED: { replayedAt: Not(IsNull()) },
  // A replica of the previous release may have replayed it without clearing this.
  DISMISSED: { replayedAt: IsNull(), dismissedAt: Not(IsNull()) },
};

/** The name of the error, which is the text before its message. */
export const causeOf = ({ error }: Pick<DeadLetterEntity, 'error'>): string => error.split(': ', 1)[0] ?? '';

export function stateOf({
  replayedAt,
  dismissedAt,
}: Pick<DeadLetterEntity, 'replayedAt' | 'dismissedAt'>): DeadLetterState {
  if (replayedAt !== null) return 'REPLAYED';
  return dismissedAt === null ? 'OPEN' : 'DISMISSED';
}

const ERROR_LENGTH_MAX = 4_000;
/** In the log's sentence. `err` has all of it. */
const REASON_SHOWN_MAX = 200;
/** Maximum length of an unreadable message. The whole text, escaped, might exceed the broker's limit. */
const TEXT_LENGTH_MAX = 65_536;

/** Events that a consumer gave up on. Each is open until an operator replays or dismisses it; the row stays as a record. */
export class DeadLetters {
  constructor(
    private readonly dataSource: DataSource,
    private readonly logger: Logger,
  ) {}

  /**
   * Stores the event in the transaction that skips it, once for each consumer: its message may be delivered again because
   * of another event in it. A replayed dead letter that fails again is open again; a dismissed one stays dismissed. A copy
   * goes to `dlq.<consumer>` only when the dead letter is new or open again.
   */
  async insert(
    tx: EntityManager,
    { consumer, natsSubject, event, error, traceparent = newTraceparent() }: NewDeadLetter,
  ): Promise<void> {
    const reason = describe(error);
    const stored = typeof event === 'string' ? event.slice(0, TEXT_LENGTH_MAX) : event;
    const [dead]: { id: string }[] = await tx.query(INSERT_DEAD_LETTER, [
      uuidv7(),
      consumer,
      natsSubject,
      toJsonb(stored),
      reason,
      `dlq.${consumer}`,
      JSON.stringify({ error: reason, subject: natsSubject, event: stored }),
      traceparent,
      eventKey(event),
    ]);
    if (!dead) return;
    afterCommit(tx, () => {
      this.warn(dead.id, { consumer, natsSubject, event, error, traceparent });
      countDeadLetter(consumer);
    });
  }

  private warn(
    id: string,
    { consumer, natsSubject, event, error, traceparent }: Required<NewDeadLetter>,
  ): void {
    const { subject: aggregate, sagastep: step } = isRecord(event) ? event : {};
    const fields = {
      err: error,
      ...traceFields(traceparent),
      deadLetterId: id,
      consumer,
      subject: natsSubject,
    };
    const what = `dead letter: ${consumer} cannot handle ${natsSubject}${typeof aggregate === 'string' ? ` of ${aggregate}` : ''}`;
    const advice = `fix the cause, then POST /v1/dead-letters/${id}/replay or /dismiss (docs/runbooks/alerts.md#doorbusterdeadletters)`;
    this.logger.warn(
      { ...fields, aggregate, step },
      `${what} (${describe(error).slice(0, REASON_SHOWN_MAX)}); ${advice}`,
    );
  }

  page({
    consumer,
    cause,
    state,
    ...request
  }: DeadLetterSelection & PageRequest): Promise<Page<DeadLetterRow>> {
    const letters = this.dataSource.manager.createQueryBuilder(DeadLetterEntity, 'letter');
    if (consumer !== undefined) letters.andWhere({ consumer });
    if (cause !== undefined) letters.andWhere(`split_part(letter.error, ': ', 1) = :cause`, { cause });
    if (state !== undefined) letters.andWhere(IN_STATE[state]);
    else letters.andWhere('(letter.dismissedAt is null or letter.replayedAt is not null)');
    return newestPage(letters, request);
  }

  find(id: string): Promise<DeadLetterRow | null> {
    return this.dataSource.manager.findOneBy(DeadLetterEntity, { id });
  }

  /** Locks it until the transaction ends. */
  lock(tx: EntityManager, id: string): Promise<DeadLetterRow | null> {
    return tx.findOne(DeadLetterEntity, { where: { id }, lock: { mode: 'pessimistic_write' } });
  }

  /** A replay takes back an earlier dismissal. Returns its time. */
  async markReplayed(id: string, tx: EntityManager = this.dataSource.manager): Promise<Date> {
    const [[row]]: [{ replayed_at: Date }[], number] = await tx.query(
      `update dead_letters set replayed_at = now(), dismissed_at = null, dismiss_reason = null
       where id = $1 returning replayed_at`,
      [id],
    );
    if (!row) throw new EntityNotFoundError(DeadLetterEntity, { id });
    return row.replayed_at;
  }

  /** Returns the time of the dismissal. */
  async markDismissed(tx: EntityManager, id: string, reason: string): Promise<Date> {
    const [[row]]: [{ dismissed_at: Date }[], number] = await tx.query(
      'update dead_letters set dismissed_at = now(), dismiss_reason = $2 where id = $1 returning dismissed_at',
      [id, reason],
    );
    if (!row) throw new EntityNotFoundError(DeadLetterEntity, { id });
    return row.dismissed_at;
  }
}

/** PostgreSQL stores neither NUL nor half a surrogate pair in jsonb: both become the replacement character. */
const toJsonb = (event: unknown): string =>
  JSON.stringify(event).replaceAll(/\\(?:\\|u0000|ud[89a-f][0-9a-f]{2})/g, (escape) =>
    escape === '\\\\' ? escape : '\\ufffd',
  );

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** A CloudEvent is identified by source and id, an unreadable message by its bytes. */
function eventKey(event: unknown): string {
  if (isRecord(event) && 'source' in event && 'id' in event) {
    return `${String(event.source)} ${String(event.id)}`.replaceAll('\0', '\ufffd');
  }
  return createHash('sha256').update(String(event)).digest('hex');
}

const describe = (error: unknown): string =>
  withoutSecrets(error instanceof Error ? `${error.name}: ${error.message}` : String(error))
    .replaceAll('\0', '')
    .slice(0, ERROR_LENGTH_MAX);
