import { createHash } from 'node:crypto';
import { newTraceparent, withoutSecrets, type Logger } from '@doorbuster/telemetry';
import type { DataSource, EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { afterCommit } from './after-commit.js';
import { countDeadLetter } from './backlog-metrics.js';

export interface DeadLetterRow {
  id: string;
  consumer: string;
  subject: string;
  event: unknown;
  error: string;
  deadAt: Date;
  replayedAt: Date | null;
}

export interface NewDeadLetter {
  consumer: string;
  natsSubject: string;
  /** The CloudEvent, or the text of a message that was none. */
  event: unknown;
  error: unknown;
  /** Of the event, if it was one. */
  traceparent?: string;
}

const COLUMNS = `id, consumer, subject, event, error, dead_at as "deadAt", replayed_at as "replayedAt"`;
const ERROR_LENGTH_MAX = 4_000;
/** Of a message that was no batch: the whole of it, escaped, might be more than the broker takes. */
const TEXT_LENGTH_MAX = 65_536;

/** Events that a consumer gave up on, kept until an operator replays them. */
export class DeadLetters {
  constructor(
    private readonly dataSource: DataSource,
    private readonly logger: Logger,
  ) {}

  /**
   * Keeps the event with the transaction that skips it, once for each consumer: its message may be delivered again because
   * another event in it waits. One that was replayed and fails again is open again. The copy on `dlq.<consumer>` is sent
   * only when the dead letter is new or open again.
   */
  async insert(
    tx: EntityManager,
    { consumer, natsSubject, event, error, traceparent = newTraceparent() }: NewDeadLetter,
  ): Promise<void> {
    const reason = describe(error);
    const kept = typeof event === 'string' ? event.slice(0, TEXT_LENGTH_MAX) : event;
    const told: unknown[] = await tx.query(
      `with dead as (
         insert into dead_letters (id, consumer, subject, event, error, event_key)
         values ($1, $2, $3, $4::jsonb, $5, $9)
         on conflict (consumer, event_key) do update set error = excluded.error, replayed_at = null
           where dead_letters.replayed_at is not null
         returning id
       ), told as (
         insert into outbox (id, subject, payload, traceparent) select $1, $6, $7, $8 from dead returning id
       )
       select id from told`,
      [
        uuidv7(),
        consumer,
        natsSubject,
        toJsonb(kept),
        reason,
        `dlq.${consumer}`,
        JSON.stringify({ error: reason, subject: natsSubject, event: kept }),
        traceparent,
        eventKey(event),
      ],
    );
    if (told.length === 0) return;
    this.logger.error({ err: error, consumer, subject: natsSubject }, 'event goes to the dead letters');
    afterCommit(tx, () => countDeadLetter(consumer));
  }

  /** Newest first; `before` is the id of the last one seen. */
  list(limit: number, before?: string): Promise<DeadLetterRow[]> {
    return this.dataSource.query(
      `select ${COLUMNS} from dead_letters where $2::uuid is null or id < $2 order by id desc limit $1`,
      [limit, before ?? null],
    );
  }

  async find(id: string): Promise<DeadLetterRow | undefined> {
    const rows: DeadLetterRow[] = await this.dataSource.query(
      `select ${COLUMNS} from dead_letters where id = $1`,
      [id],
    );
    return rows[0];
  }

  async markReplayed(id: string, tx: EntityManager = this.dataSource.manager): Promise<void> {
    await tx.query('update dead_letters set replayed_at = now() where id = $1', [id]);
  }
}

/** PostgreSQL stores neither NUL nor half a surrogate pair in jsonb; an operator reads the replacement just as well. */
const toJsonb = (event: unknown): string =>
  JSON.stringify(event).replaceAll(/\\(?:\\|u0000|ud[89a-f][0-9a-f]{2})/g, (escape) =>
    escape === '\\\\' ? escape : '\\ufffd',
  );

/** A CloudEvent is known by source and id; a message that was none by its bytes. */
function eventKey(event: unknown): string {
  if (typeof event === 'object' && event !== null && 'source' in event && 'id' in event) {
    return `${String(event.source)} ${String(event.id)}`.replaceAll('\0', '\ufffd');
  }
  return createHash('sha256').update(String(event)).digest('hex');
}

const describe = (error: unknown): string =>
  withoutSecrets(error instanceof Error ? `${error.name}: ${error.message}` : String(error))
    .replaceAll('\0', '')
    .slice(0, ERROR_LENGTH_MAX);
