import { migrateDatabase, type SchemaDefinition } from '@doorbuster/persistence';
import { createLogger, type LogLevel } from '@doorbuster/telemetry';
import { stopTelemetry } from '@doorbuster/telemetry/start';
import { z } from 'zod';
import { readConfig } from '../configuration/read-config.js';
import { logConfig } from '../configuration/variables.js';
import { SHUTDOWN_MS } from '../shutdown-budget.js';
import { databaseCaFile, databaseUrl, namingVariable } from './database-url.js';

const migrationConfig = z.object({
  /** With the migrator's role, which owns the schema. Running services do not have it. */
  MIGRATION_DATABASE_URL: databaseUrl,
  DATABASE_CA_FILE: databaseCaFile,
  ...logConfig,
});

/**
 * Runs the migrations and ends: `node dist/main.js migrate`, before the first replica of a new version starts. As the first
 * process of a container it ignores signals. Each migration is one transaction.
 */
export async function migrate(schema: SchemaDefinition): Promise<void> {
  const { MIGRATION_DATABASE_URL: url, DATABASE_CA_FILE, LOG_LEVEL } = readConfig(migrationConfig);
  await migrateSchema(schema, url, LOG_LEVEL, DATABASE_CA_FILE).catch(
    namingVariable('MIGRATION_DATABASE_URL'),
  );
  await stopTelemetry(SHUTDOWN_MS.telemetry);
}

/** Runs the migrations in this process, for tests. */
export async function migrateSchema(
  schema: SchemaDefinition,
  url: string,
  logLevel: LogLevel,
  caFile?: string,
): Promise<void> {
  const logger = createLogger(schema.service, logLevel);
  await migrateDatabase({ ...schema, url, caFile }, logger);
  logger.info('schema up to date');
}
