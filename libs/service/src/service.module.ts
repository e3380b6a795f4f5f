import { TOPOLOGY, type ServiceName } from '@doorbuster/contracts';
import { connectNats, JetStreamServer, Publisher } from '@doorbuster/messaging';
import {
  DeadLetters,
  observeBacklog,
  openDatabase,
  Outbox,
  StuckItems,
  UnitOfWork,
  type DatabaseOptions,
} from '@doorbuster/persistence';
import type { Logger } from '@doorbuster/telemetry';
import {
  Inject,
  Injectable,
  Module,
  type DynamicModule,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { DataSource } from 'typeorm';
import type { ServiceConfig } from './config.js';
import { HealthProbe } from './health-probe.js';
import { operationsController } from './operations.controller.js';
import { SHUTDOWN_MS } from './shutdown-budget.js';
import { LOGGER, NATS_CONNECTION } from './tokens.js';
import { withTimeout } from './with-timeout.js';

export interface ServiceModuleOptions {
  service: ServiceName;
  config: ServiceConfig;
  logger: Logger;
  migrations: DatabaseOptions['migrations'];
  entities: DatabaseOptions['entities'];
}

/** Names of the service's consumers. */
const CONSUMERS = Symbol('consumers');

/** Starts what runs beside the handlers, and closes everything once no handler runs any more. */
@Injectable()
class Lifecycle implements OnApplicationBootstrap, OnApplicationShutdown {
  private endObserving: (() => void) | undefined;

  constructor(
    @Inject(NATS_CONNECTION) private readonly nc: NatsConnection,
    private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
    @Inject(CONSUMERS) private readonly consumers: string[],
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.outbox.startSweeping();
    this.endObserving = observeBacklog(this.dataSource, this.consumers);
  }

  async onApplicationShutdown(): Promise<void> {
    this.endObserving?.();
    await this.end('outbox', this.outbox.close(), SHUTDOWN_MS.outbox);
    await this.end('NATS', this.nc.drain(), SHUTDOWN_MS.connection);
    await this.end('PostgreSQL', this.dataSource.destroy(), SHUTDOWN_MS.connection);
  }

  /** What hangs, as everything may whose other side is away, must not take the time of the others. */
  private async end(what: string, closing: Promise<unknown>, deadlineMs: number): Promise<void> {
    const outcome = await withTimeout(closing, deadlineMs);
    if (outcome !== 'done') this.logger.warn(`${what} not closed in order: ${outcome}`);
  }
}

/** Connections, transactions, outbox, dead letters and the operator's queries of one service. */
@Module({})
export class ServiceModule {
  static forRoot({ service, config, logger, migrations, entities }: ServiceModuleOptions): DynamicModule {
    return {
      module: ServiceModule,
      global: true,
      controllers: [operationsController(service)],
      providers: [
        Lifecycle,
        HealthProbe,
        { provide: CONSUMERS, useValue: TOPOLOGY[service].consumers.map(({ name }) => name) },
        { provide: LOGGER, useValue: logger },
        {
          provide: NATS_CONNECTION,
          useFactory: () => connectNats(config.NATS_URL, service, config.NATS_CA_FILE),
        },
        {
          provide: DataSource,
          useFactory: () =>
            openDatabase(
              { url: config.DATABASE_URL, caFile: config.DATABASE_CA_FILE, service, migrations, entities },
              logger,
            ),
        },
        {
          provide: Publisher,
          useFactory: (nc: NatsConnection) => new Publisher(nc),
          inject: [NATS_CONNECTION],
        },
        {
          provide: Outbox,
          useFactory: (dataSource: DataSource, publisher: Publisher, stuckItems: StuckItems) =>
            new Outbox(dataSource, publisher, logger, stuckItems),
          inject: [DataSource, Publisher, StuckItems],
        },
        {
          provide: StuckItems,
          useFactory: (dataSource: DataSource) => new StuckItems(dataSource, logger),
          inject: [DataSource],
        },
        {
          provide: DeadLetters,
          useFactory: (dataSource: DataSource) => new DeadLetters(dataSource, logger),
          inject: [DataSource],
        },
        {
          provide: UnitOfWork,
          useFactory: (dataSource: DataSource, outbox: Outbox, deadLetters: DeadLetters) =>
            new UnitOfWork(dataSource, outbox, deadLetters, logger),
          inject: [DataSource, Outbox, DeadLetters],
        },
        {
          provide: JetStreamServer,
          useFactory: (nc: NatsConnection) => new JetStreamServer(nc, service, logger),
          inject: [NATS_CONNECTION],
        },
      ],
      exports: [LOGGER, NATS_CONNECTION, DataSource, Outbox, StuckItems, UnitOfWork],
    };
  }
}
