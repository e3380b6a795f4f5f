import type { Logger } from '@doorbuster/telemetry';
import type { DataSourceOptions, MigrationInterface, ObjectType } from 'typeorm';
import { CreateAuditLog1768600000000 } from '../migrations/create-audit-log.migration.js';
import { CreateMessagingTables1767225600000 } from '../migrations/create-messaging-tables.migration.js';
import { CreateStuckItems1768500000000 } from '../migrations/create-stuck-items.migration.js';
import { AuditEntryEntity } from '../audit-log/audit-entry.entity.js';
import { DeadLetterEntity } from '../dead-letters/dead-letter.entity.js';
import { OutboxEntity } from '../outbox/outbox.entity.js';
import { StuckItemEntity } from '../stuck-items/stuck-item.entity.js';
import { databaseAddress } from './database-tls.js';
import { DismissDeadLetters1768800000000 } from '../migrations/dismiss-dead-letters.migration.js';
import { IndexOpenDeadLetters1768000000000 } from '../migrations/index-open-dead-letters.migration.js';
import { KeyDeadLetters1768400000000 } from '../migrations/key-dead-letters.migration.js';
import { logRetry } from './database-outages.js';

export interface SchemaDefinition {
  /** Also the name of the schema and of its run-time role. */
  service: string;
  migrations: (new () => MigrationInterface)[];
  /** Migrations create the tables; entities never do. */
  entities?: ObjectType<object>[] | undefined;
}

export interface DatabaseConnection {
  /** `postgres://role:password@host:port/database` */
  url: string;
  /** Path of a PEM file with the authority of the server's certificate. With it the connection uses TLS. */
  caFile?: string | undefined;
  /** Maximum wait for a database that is starting, by default 60 s. */
  connectWaitMs?: number;
}

const CONNECT_TIMEOUT_MS = 5_000;

/** The migrations of this library and of the service. TypeORM runs them in the order of the times in their names. */
export const allMigrations = ({ migrations }: SchemaDefinition): SchemaDefinition['migrations'] => [
  CreateMessagingTables1767225600000,
  IndexOpenDeadLetters1768000000000,
  KeyDeadLetters1768400000000,
  CreateStuckItems1768500000000,
  CreateAuditLog1768600000000,
  DismissDeadLetters1768800000000,
  ...migrations,
];

/** The tables that each schema has from this library. */
const ENTITIES = [OutboxEntity, DeadLetterEntity, StuckItemEntity, AuditEntryEntity];

/** Options of both a service's pool and its migration's connection. */
export function connectionOptions(
  definition: SchemaDefinition & DatabaseConnection,
  logger: Logger,
): Extract<DataSourceOptions, { type: 'postgres' }> {
  return {
    type: 'postgres',
    ...databaseAddress(definition.url, definition.caFile),
    schema: definition.service,
    applicationName: definition.service,
    entities: [...ENTITIES, ...(definition.entities ?? [])],
    migrations: allMigrations(definition),
    migrationsTableName: 'migrations',
    parseInt8: true,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    logging: false,
    poolErrorHandler: (err: unknown) => void logRetry(logger, err, 'an idle database connection was lost'),
  };
}
