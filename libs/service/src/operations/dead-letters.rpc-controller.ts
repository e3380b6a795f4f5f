import {
  accept,
  dismissDeadLetterOf,
  listDeadLettersOf,
  refuse,
  replayDeadLetterOf,
  type DeadLetter,
  type Page,
  type Reply,
  type RequestOf,
  type ServiceName,
} from '@doorbuster/contracts';
import { JetStreamServer, type CloudEvent } from '@doorbuster/messaging';
import {
  causeOf,
  CommitDeadlineError,
  DeadLetters,
  stateOf,
  UnitOfWork,
  writeAuditEntry,
  type AuditDetails,
  type DeadLetterRow,
} from '@doorbuster/persistence';
import { withoutSecrets } from '@doorbuster/telemetry';
import { Controller, type Type } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { DataSource, type EntityManager } from 'typeorm';
import { Rpc } from '../rpc/rpc.decorator.js';

type ListDeadLetters = RequestOf<ReturnType<typeof listDeadLettersOf>>;
type ReplayDeadLetter = RequestOf<ReturnType<typeof replayDeadLetterOf>>;
type DismissDeadLetter = RequestOf<ReturnType<typeof dismissDeadLetterOf>>;

/** Dead letters, their replay and their dismissal. */
export function deadLettersRpcController(service: ServiceName): Type {
  @Controller()
  class DeadLettersRpcController {
    constructor(
      private readonly deadLetters: DeadLetters,
      private readonly server: JetStreamServer,
      private readonly unitOfWork: UnitOfWork,
      private readonly dataSource: DataSource,
    ) {}

    @Rpc(listDeadLettersOf(service))
    async list(@Payload() request: ListDeadLetters): Promise<Reply<Page<DeadLetter>>> {
      const { items, nextCursor } = await this.deadLetters.page(request);
      return accept({ items: items.map((row) => toDeadLetter(service, row)), nextCursor });
    }

    /** The event's handler has its own transaction. The mark on the dead letter and the audit entry share another one. */
    @Rpc(replayDeadLetterOf(service))
    async replay(@Payload() { actor, id, commitBy }: ReplayDeadLetter): Promise<Reply<DeadLetter>> {
      const row = await this.deadLetters.find(id);
      // The id may be of another service's dead letter, so this service writes no audit entry.
      if (!row) return notFound(id);
      const handled = await this.replayRow(row, commitBy);
      return this.dataSource.transaction(async (tx) => {
        const action = { actor, action: 'replay-dead-letter', target: id };
        const details = { before: auditedFields(row) };
        if (!handled.ok) {
          await writeAuditEntry(tx, action, handled, details);
          return handled;
        }
        const replayedAt = await this.deadLetters.markReplayed(id, tx);
        await writeAuditEntry(tx, action, accept({ replayedAt: replayedAt.toISOString() }), details);
        return accept(toDeadLetter(service, { ...row, replayedAt, dismissedAt: null, dismissReason: null }));
      });
    }

    @Rpc(dismissDeadLetterOf(service))
    dismiss(@Payload() { actor, id, reason, commitBy }: DismissDeadLetter): Promise<Reply<DeadLetter>> {
      return this.unitOfWork.run(
        async (tx) => {
          const row = await this.deadLetters.lock(tx, id);
          if (!row) return { result: notFound(id), events: [] };
          const { reply, ...details } = await this.dismissRow(tx, row, reason);
          const { ok } = reply;
          const outcome = ok
            ? accept({ dismissedAt: reply.value.dismissedAt, dismissReason: reason })
            : reply;
          const action = { actor, action: 'dismiss-dead-letter', target: id, request: { reason } };
          await writeAuditEntry(tx, action, outcome, { before: auditedFields(row), ...details });
          return { result: reply, events: [] };
        },
        { commitBy },
      );
    }

    /** The first reason stays when a dismissal is repeated. */
    private async dismissRow(
      tx: EntityManager,
      row: DeadLetterRow,
      reason: string,
    ): Promise<Pick<AuditDetails, 'isRepeated'> & { reply: Reply<DeadLetter> }> {
      const state = stateOf(row);
      if (state === 'REPLAYED') {
        const detail = 'It was replayed, so there is nothing to dismiss.';
        return { reply: refuse('DEAD_LETTER_REPLAYED', detail) };
      }
      if (state === 'DISMISSED') return { reply: accept(toDeadLetter(service, row)), isRepeated: true };
      const dismissedAt = await this.deadLetters.markDismissed(tx, row.id, reason);
      return { reply: accept(toDeadLetter(service, { ...row, dismissedAt, dismissReason: reason })) };
    }

    private async replayRow(row: DeadLetterRow, commitBy: number): Promise<Reply<null>> {
      if (typeof row.event === 'string') {
        const detail =
          'This message was no CloudEvents batch; nothing can read it. Dismiss it with a reason.';
        return refuse('REPLAY_FAILED', detail);
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
      return accept(null);
    }
  }

  return DeadLettersRpcController;
}

const notFound = (id: string): Reply<never> =>
  refuse('DEAD_LETTER_NOT_FOUND', `There is no dead letter ${id}.`);

/** Without the event, which may have personal data. */
const auditedFields = ({
  consumer,
  subject,
  error,
  replayedAt,
  dismissedAt,
  dismissReason,
}: DeadLetterRow) => ({
  consumer,
  subject,
  error: withoutSecrets(error),
  replayedAt,
  dismissedAt,
  dismissReason,
});

/** The stored event is unchanged, for a replay. Operators see it without secrets. */
const toDeadLetter = (service: ServiceName, row: DeadLetterRow): DeadLetter => ({
  ...row,
  event: withoutSecrets(row.event),
  cause: withoutSecrets(causeOf(row)),
  error: withoutSecrets(row.error),
  state: stateOf(row),
  service,
  deadAt: row.deadAt.toISOString(),
  replayedAt: row.replayedAt?.toISOString() ?? null,
  dismissedAt: row.dismissedAt?.toISOString() ?? null,
});
