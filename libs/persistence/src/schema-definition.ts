import type { ServiceName } from '@doorbuster/contracts';
import type { Logger } from '@doorbuster/telemetry';
import type { MigrationInterface, ObjectType } from 'typeorm';
import { CreateAuditLog1768600000000 } from './create-audit-log.migration.js';
import { CreateMessagingTables1767225600000 } from './create-messaging-tables.migration.js';
import { CreateStuckItems1768500000000 } from './create-stuck-items.migration.js';
import { databaseAddress } from './database-tls.js';
import { IndexOpenDeadLetters1768000000000 } from './index-open-dead-letters.migration.js';
import { KeyDeadLetters1768400000000 } from './key-dead-letters.migration.js';

export interface SchemaDefinition {
  /** Also the name of the schema. */
  service: ServiceName;
  migrations: (new () => MigrationInterface)[];
  /** Only where mapped classes read better than SQL: the tables are always made by migrations. */
  entities?: ObjectType<object>[] | undefined;
}

/** Where the schema is, and how it is reached. */
export interface DatabaseConnection {
  /** `postgres://role:password@host:port/database` */
  url: string;
  /** Path of a PEM file: who signed the server's certificate. With it the connection is encrypted, and the server proved. */
  caFile?: string | undefined;
  /** How long the database may still be starting, by default 60 s. */
  connectWaitMs?: number;
}

const CONNECT_TIMEOUT_MS = 5_000;

/** The migrations of a service in the order of their time, those of this library among them. */
export const allMigrations = ({ migrations }: SchemaDefinition): SchemaDefinition['migrations'] => [
  CreateMessagingTables1767225600000,
  IndexOpenDeadLetters1768000000000,
  KeyDeadLetters1768400000000,
  CreateStuckItems1768500000000,
  CreateAuditLog1768600000000,
  ...migrations,
];

/** What a service's pool and its migration's connection have in common. */
export const connectionOptions = (definition: SchemaDefinition & DatabaseConnection, logger: Logger) =>
  ({
    type: 'postgres',
    ...databaseAddress(definition.url, definition.caFile),
    schema: definition.service,
    applicationName: definition.service,
    entities: definition.entities ?? [],
    migrations: allMigrations(definition),
    migrationsTableName: 'migrations',
    parseInt8: true,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    logging: false,
    poolErrorHandler: (err: unknown) => logger.warn({ err }, 'an idle database connection was lost'),
  }) as const;
