import { SERVICES, TOPOLOGY } from '@doorbuster/contracts';
import { Publisher } from '@doorbuster/messaging';
import {
  DeadLetters,
  observeBacklog,
  openDatabase,
  Outbox,
  StuckItems,
  UnitOfWork,
  type SchemaDefinition,
} from '@doorbuster/persistence';
import type { Logger } from '@doorbuster/telemetry';
import {
  Inject,
  Module,
  type DynamicModule,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { TypeOrmModule, type TypeOrmModuleOptions } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { configOf, LOGGER, SERVICE_NAME } from '../configuration/configuration.module.js';
import { SHUTDOWN_MS } from '../shutdown-budget.js';
import { closeWithin } from '../shutdown.js';
import { databaseCaFile, databaseUrl, namingVariable } from './database-url.js';

export class PersistenceConfig extends configOf(
  z.object({
    /** With the service's run-time role, which reads and writes rows and owns no table. */
    DATABASE_URL: databaseUrl,
    DATABASE_CA_FILE: databaseCaFile,
  }),
) {}

/** TypeORM's module passes only the options to its factory, so they contain the function that opens the database. */
type OpenableOptions = TypeOrmModuleOptions & { open: () => Promise<DataSource> };

const database = (schema: SchemaDefinition): DynamicModule =>
  TypeOrmModule.forRootAsync({
    extraProviders: [PersistenceConfig],
    inject: [PersistenceConfig, LOGGER],
    useFactory: (config: PersistenceConfig, logger: Logger): OpenableOptions => ({
      type: 'postgres',
      // `openDatabase` waits for a server that is starting.
      retryAttempts: 0,
      open: () =>
        openDatabase({ ...schema, url: config.DATABASE_URL, caFile: config.DATABASE_CA_FILE }, logger).catch(
          namingVariable('DATABASE_URL'),
        ),
    }),
    dataSourceFactory: (options) => (options as OpenableOptions).open(),
  });

/**
 * Starts the outbox, and closes it and the data source. Not global: Nest ends global modules last, so the outbox closes before
 * the connection to NATS.
 */
@Module({})
class OutboxModule implements OnApplicationBootstrap, OnApplicationShutdown {
  private endObserving: (() => void) | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
    @Inject(SERVICE_NAME) private readonly service: string,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    // Consumers of an application outside the topology are counted from their first dead letter on.
    const service = SERVICES.find((name) => name === this.service);
    const consumers = service ? TOPOLOGY[service].consumers.map(({ name }) => name) : [];
    this.outbox.startSweeping();
    this.endObserving = observeBacklog(this.dataSource, consumers);
  }

  async onApplicationShutdown(): Promise<void> {
    this.endObserving?.();
    await closeWithin(SHUTDOWN_MS.outbox, 'outbox', this.outbox.close(), this.logger);
    // TypeORM's module would close it later, without a deadline.
    await closeWithin(SHUTDOWN_MS.connection, 'PostgreSQL', this.dataSource.destroy(), this.logger);
  }
}

/**
 * A service's schema: its data source, transactions with an outbox, dead letters and stuck items. Needs a global `Publisher`, such as that of `MessagingModule`. The
 * providers have factories because libs/persistence does not depend on Nest.
 */
@Module({})
export class PersistenceModule {
  static forRoot(schema: SchemaDefinition): DynamicModule {
    return {
      module: PersistenceModule,
      global: true,
      imports: [database(schema), OutboxModule],
      providers: [
        {
          provide: Outbox,
          useFactory: (
            dataSource: DataSource,
            publisher: Publisher,
            logger: Logger,
            stuckItems: StuckItems,
          ) => new Outbox(dataSource, publisher, logger, stuckItems),
          inject: [DataSource, Publisher, LOGGER, StuckItems],
        },
        {
          provide: StuckItems,
          useFactory: (dataSource: DataSource, logger: Logger) => new StuckItems(dataSource, logger),
          inject: [DataSource, LOGGER],
        },
        {
          provide: DeadLetters,
          useFactory: (dataSource: DataSource, logger: Logger) => new DeadLetters(dataSource, logger),
          inject: [DataSource, LOGGER],
        },
        {
          provide: UnitOfWork,
          useFactory: (dataSource: DataSource, outbox: Outbox, deadLetters: DeadLetters, logger: Logger) =>
            new UnitOfWork(dataSource, outbox, deadLetters, logger),
          inject: [DataSource, Outbox, DeadLetters, LOGGER],
        },
      ],
      exports: [Outbox, StuckItems, DeadLetters, UnitOfWork],
    };
  }
}
