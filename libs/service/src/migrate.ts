import { migrateDatabase } from '@doorbuster/persistence';
import { createLogger, type LogLevel } from '@doorbuster/telemetry';
import { stopTelemetry } from '@doorbuster/telemetry/start';
import { z } from 'zod';
import { databaseCaFile, databaseUrl, readConfig, serviceConfig } from './config.js';
import type { ServiceDefinition } from './run-service.js';
import { SHUTDOWN_MS } from './shutdown-budget.js';

/** A migration talks to nobody but the database. */
const migrationConfig = z.object({
  /** With the migrator's role, which owns the schema. No service that serves is told it. */
  MIGRATION_DATABASE_URL: databaseUrl,
  DATABASE_CA_FILE: databaseCaFile,
  LOG_LEVEL: serviceConfig.shape.LOG_LEVEL,
});

/**
 * Brings the schema up to date and ends: `node dist/main.js migrate`, before the first replica of a new version starts. A
 * signal does not interrupt it where the process is a container's first; each migration ends all or nothing.
 */
export async function migrate(definition: ServiceDefinition): Promise<void> {
  const { MIGRATION_DATABASE_URL: url, DATABASE_CA_FILE, LOG_LEVEL } = readConfig(migrationConfig);
  await migrateSchema(definition, url, LOG_LEVEL, DATABASE_CA_FILE);
  await stopTelemetry(SHUTDOWN_MS.telemetry);
}

/** As `migrate` does, in this process: for tests, which start a service in theirs. */
export async function migrateSchema(
  { service, migrations, entities }: ServiceDefinition,
  url: string,
  logLevel: LogLevel,
  caFile?: string,
): Promise<void> {
  const logger = createLogger(service, logLevel);
  await migrateDatabase({ url, caFile, service, migrations, entities }, logger);
  logger.info('schema up to date');
}
