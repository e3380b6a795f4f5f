/**
 * Brings every schema up to date, and ends: one process, because loading TypeORM takes longer than the migrations. Deployments run
 * the `migrate` of each service instead.
 */
import path from 'node:path';
import { SERVICES } from '@doorbuster/contracts';
import { migrateDatabase, type SchemaDefinition } from '@doorbuster/persistence';
import { createLogger, type LogLevel } from '@doorbuster/telemetry';
import { REPOSITORY } from './command-line.js';
import { MIGRATION_URLS } from './environment.js';

const urls = JSON.parse(process.env[MIGRATION_URLS] ?? '{}') as Record<string, string>;
const logLevel = process.env['LOG_LEVEL'] as LogLevel | undefined;

/** `apps/orders/src/orders.schema.ts` exports the schema of orders. */
async function schemaOf(service: string): Promise<SchemaDefinition> {
  const file = path.join(REPOSITORY, 'apps', service, 'dist', `${service}.schema.js`);
  const exported = Object.values((await import(file)) as Record<string, SchemaDefinition>);
  const schema = exported.find((value) => value.service === service);
  if (schema === undefined) throw new Error(`${file} exports no schema of ${service}`);
  return schema;
}

async function migrate(service: string): Promise<void> {
  const logger = createLogger(service, logLevel);
  try {
    const url = urls[service];
    if (url === undefined) throw new Error(`${MIGRATION_URLS} has no URL of ${service}`);
    await migrateDatabase({ ...(await schemaOf(service)), url }, logger);
  } catch (err) {
    logger.fatal({ err }, `the schema of ${service} could not be migrated`);
    process.exitCode = 1;
  }
}

await Promise.all(SERVICES.map(migrate));
