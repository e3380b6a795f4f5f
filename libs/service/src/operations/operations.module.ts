import {
  accept,
  clockOf,
  listAuditOf,
  listDeadLettersOf,
  listStuckItemsOf,
  refuse,
  replayDeadLetterOf,
  type AuditEntry,
  type DeadLetter,
  type Page,
  type Reply,
  type RequestOf,
  type ServiceName,
  type StuckItem,
} from '@doorbuster/contracts';
import { JetStreamServer, type CloudEvent } from '@doorbuster/messaging';
import {
  CommitDeadlineError,
  DATABASE_NOW,
  DeadLetters,
  pageOfAuditEntries,
  StuckItems,
  writeAuditEntry,
  type DeadLetterRow,
} from '@doorbuster/persistence';
import { withoutSecrets } from '@doorbuster/telemetry';
import { Controller, Module, type DynamicModule, type Type } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { DataSource } from 'typeorm';
import { Rpc } from '../rpc/rpc.decorator.js';

type ListAudit = ReturnType<typeof listAuditOf>;
type ReplayDeadLetter = ReturnType<typeof replayDeadLetterOf>;

/** RPCs for operators: dead letters and their replay, stuck items, audit log, the database's clock. */
function operationsRpcController(service: ServiceName): Type {
  @Controller()
  class OperationsRpcController {
    constructor(
      private readonly deadLetters: DeadLetters,
      private readonly stuckItems: StuckItems,
      private readonly server: JetStreamServer,
      private readonly dataSource: DataSource,
    ) {}

    @Rpc(clockOf(service))
    async clock(): Promise<Reply<{ now: number }>> {
      const [row]: { now: number }[] = await this.dataSource.query(`select ${DATABASE_NOW} as now`);
      return accept({ now: row?.now ?? 0 });
    }

    @Rpc(listDeadLettersOf(service))
    async list(@Payload() request: { limit: number; cursor?: string }): Promise<Reply<Page<DeadLetter>>> {
      const { items, nextCursor } = await this.deadLetters.page(request);
      return accept({ items: items.map(toDeadLetter), nextCursor });
    }

    @Rpc(listStuckItemsOf(service))
    async listStuck(@Payload() { limit }: { limit: number }): Promise<Reply<StuckItem[]>> {
      const rows = await this.stuckItems.list(limit);
      return accept(
        rows.map(({ firstFailedAt, lastFailedAt, nextAttemptAt, ...row }) => ({
          ...row,
          service,
          firstFailedAt: firstFailedAt.toISOString(),
          lastFailedAt: lastFailedAt.toISOString(),
          nextAttemptAt: nextAttemptAt.toISOString(),
        })),
      );
    }

    @Rpc(listAuditOf(service))
    async listAudit(@Payload() filter: RequestOf<ListAudit>): Promise<Reply<Page<AuditEntry>>> {
      const { items, nextCursor } = await pageOfAuditEntries(this.dataSource, filter);
      const entries = items.map((entry) => ({ ...entry, at: entry.at.toISOString(), service }));
      return accept({ items: entries as AuditEntry[], nextCursor });
    }

    /** The event's handler has its own transaction. The mark on the dead letter and the audit entry share another one. */
    @Rpc(replayDeadLetterOf(service))
    async replay(
      @Payload() { actor, id, commitBy }: RequestOf<ReplayDeadLetter>,
    ): Promise<Reply<DeadLetter>> {
      const row = await this.deadLetters.find(id);
      const reply = await this.replayRow(id, row, commitBy);
      // The id may be of another service's dead letter, so this service writes no audit entry.
      if (!row) return reply;
      const { consumer, subject, error, replayedAt } = row;
      const before = { consumer, subject, error: withoutSecrets(error), replayedAt };
      const outcome = reply.ok ? accept({ replayedAt: reply.value.replayedAt }) : reply;
      await this.dataSource.transaction(async (tx) => {
        if (reply.ok) await this.deadLetters.markReplayed(id, tx);
        await writeAuditEntry(tx, { actor, action: 'replay-dead-letter', target: id }, outcome, { before });
      });
      return reply;
    }

    private async replayRow(
      id: string,
      row: DeadLetterRow | null,
      commitBy: number,
    ): Promise<Reply<DeadLetter>> {
      if (!row) return refuse('DEAD_LETTER_NOT_FOUND', `There is no dead letter ${id}.`);
      if (typeof row.event === 'string') {
        return refuse('REPLAY_FAILED', 'This message was no CloudEvents batch; nothing can read it.');
      }
      try {
        await this.server.replay(
          row.consumer,
          { natsSubject: row.subject, event: row.event as CloudEvent },
          commitBy,
        );
      } catch (error) {
        if (error instanceof CommitDeadlineError) throw error;
        return refuse(
          'REPLAY_FAILED',
          `It failed again: ${withoutSecrets(error instanceof Error ? error.message : String(error))}`,
        );
      }
      return accept(toDeadLetter({ ...row, replayedAt: new Date() }));
    }
  }

  /** The stored event is unchanged, for a replay. Operators see it without secrets. */
  const toDeadLetter = (row: DeadLetterRow): DeadLetter => ({
    ...row,
    event: withoutSecrets(row.event),
    error: withoutSecrets(row.error),
    service,
    deadAt: row.deadAt.toISOString(),
    replayedAt: row.replayedAt?.toISOString() ?? null,
  });

  return OperationsRpcController;
}

/** Needs `PersistenceModule`: dead letters, stuck items and the audit log are tables of the service's schema. */
@Module({})
export class OperationsModule {
  static forRoot(service: ServiceName): DynamicModule {
    return { module: OperationsModule, controllers: [operationsRpcController(service)] };
  }
}
