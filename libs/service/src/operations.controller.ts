import {
  accept,
  clockOf,
  healthOf,
  listDeadLettersOf,
  listStuckItemsOf,
  refuse,
  replayDeadLetterOf,
  type DeadLetter,
  type Health,
  type Page,
  type Reply,
  type ServiceName,
  type StuckItem,
} from '@doorbuster/contracts';
import { JetStreamServer, type CloudEvent } from '@doorbuster/messaging';
import { DATABASE_NOW, DeadLetters, StuckItems, type DeadLetterRow } from '@doorbuster/persistence';
import { Controller, Inject, type Type } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { DataSource } from 'typeorm';
import { HealthProbe } from './health-probe.js';
import { Answers } from './queries.js';

/** What every service answers about itself, on subjects of its own. */
export function operationsController(service: ServiceName): Type {
  @Controller()
  class OperationsController {
    constructor(
      @Inject(HealthProbe) private readonly probe: HealthProbe,
      @Inject(DeadLetters) private readonly deadLetters: DeadLetters,
      @Inject(StuckItems) private readonly stuckItems: StuckItems,
      @Inject(JetStreamServer) private readonly server: JetStreamServer,
      @Inject(DataSource) private readonly dataSource: DataSource,
    ) {}

    @Answers(healthOf(service))
    async health(): Promise<Reply<Health>> {
      return accept({ service, dependencies: await this.probe.dependencies() });
    }

    @Answers(clockOf(service))
    async clock(): Promise<Reply<{ now: number }>> {
      const [row]: { now: number }[] = await this.dataSource.query(`select ${DATABASE_NOW} as now`);
      return accept({ now: row?.now ?? 0 });
    }

    @Answers(listDeadLettersOf(service))
    async list(@Payload() request: { limit: number; cursor?: string }): Promise<Reply<Page<DeadLetter>>> {
      const rows = await this.deadLetters.list(request.limit + 1, request.cursor);
      const items = rows.slice(0, request.limit).map(toDeadLetter);
      return accept({ items, nextCursor: rows.length > request.limit ? (items.at(-1)?.id ?? null) : null });
    }

    @Answers(listStuckItemsOf(service))
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

    @Answers(replayDeadLetterOf(service))
    async replay(@Payload() { id }: { id: string }): Promise<Reply<DeadLetter>> {
      const row = await this.deadLetters.find(id);
      if (!row) return refuse('DEAD_LETTER_NOT_FOUND', `There is no dead letter ${id}.`);
      if (typeof row.event === 'string') {
        return refuse('REPLAY_FAILED', 'This message was no CloudEvents batch; nothing can read it.');
      }
      try {
        await this.server.replay(row.consumer, { natsSubject: row.subject, event: row.event as CloudEvent });
      } catch (error) {
        return refuse(
          'REPLAY_FAILED',
          `It failed again: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
      await this.deadLetters.markReplayed(id);
      return accept(toDeadLetter({ ...row, replayedAt: new Date() }));
    }
  }

  const toDeadLetter = (row: DeadLetterRow): DeadLetter => ({
    ...row,
    service,
    deadAt: row.deadAt.toISOString(),
    replayedAt: row.replayedAt?.toISOString() ?? null,
  });

  return OperationsController;
}
