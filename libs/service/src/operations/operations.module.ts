import {
  accept,
  clockOf,
  listAuditOf,
  listStuckItemsOf,
  type AuditEntry,
  type Page,
  type Reply,
  type RequestOf,
  type ServiceName,
  type StuckItem,
} from '@doorbuster/contracts';
import { DATABASE_NOW, pageOfAuditEntries, StuckItems } from '@doorbuster/persistence';
import { Controller, Module, type DynamicModule, type Type } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { DataSource } from 'typeorm';
import { Rpc } from '../rpc/rpc.decorator.js';
import { deadLettersRpcController } from './dead-letters.rpc-controller.js';

type ListAudit = ReturnType<typeof listAuditOf>;
type ListStuckItems = ReturnType<typeof listStuckItemsOf>;

/** RPCs for operators: stuck items, audit log, the database's clock. */
function operationsRpcController(service: ServiceName): Type {
  @Controller()
  class OperationsRpcController {
    constructor(
      private readonly stuckItems: StuckItems,
      private readonly dataSource: DataSource,
    ) {}

    @Rpc(clockOf(service))
    async clock(): Promise<Reply<{ now: number }>> {
      const [row]: { now: number }[] = await this.dataSource.query(`select ${DATABASE_NOW} as now`);
      return accept({ now: row?.now ?? 0 });
    }

    @Rpc(listStuckItemsOf(service))
    async listStuck(@Payload() { limit, job }: RequestOf<ListStuckItems>): Promise<Reply<StuckItem[]>> {
      const rows = await this.stuckItems.list(limit, job);
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
  }

  return OperationsRpcController;
}

/** Needs `PersistenceModule`: dead letters, stuck items and the audit log are tables of the service's schema. */
@Module({})
export class OperationsModule {
  static forRoot(service: ServiceName): DynamicModule {
    const controllers = [operationsRpcController(service), deadLettersRpcController(service)];
    return { module: OperationsModule, controllers };
  }
}
