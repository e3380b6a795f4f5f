import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@doorbuster/telemetry';
import type { DataSource } from 'typeorm';
import { allMigrations, type SchemaDefinition } from './schema-definition.js';
import { DatabaseNotReadyError } from './database-not-ready.js';

const SCHEMA_WAIT_MS = 60_000;
const RETRY_MS = 300;

/**
 * Waits until the schema has all migrations of this release. Further migrations are those of a newer release, which stays
 * compatible with this one: they are logged, and the service starts.
 *
 * @throws after `waitMs`, with the names of the missing migrations
 */
export async function awaitSchema(
  dataSource: DataSource,
  definition: SchemaDefinition,
  logger: Logger,
  waitMs = SCHEMA_WAIT_MS,
): Promise<void> {
  const known = allMigrations(definition).map(({ name }) => name);
  const deadline = Date.now() + waitMs;
  for (let warned = false; ; warned = true) {
    const recorded = await recordedMigrations(dataSource);
    const missing = known.filter((name) => !recorded.includes(name));
    if (missing.length === 0) {
      const newer = recorded.filter((name) => !known.includes(name));
      if (newer.length > 0) logger.info({ newer }, 'the schema is newer than this release');
      return;
    }
    if (Date.now() > deadline) {
      const advice = 'run `node dist/main.js migrate` of this release with MIGRATION_DATABASE_URL';
      throw new DatabaseNotReadyError(`schema ${definition.service} lacks ${missing.join(', ')}; ${advice}`);
    }
    if (!warned) logger.warn({ missing }, 'waiting for the schema to be migrated');
    await sleep(RETRY_MS);
  }
}

async function recordedMigrations(dataSource: DataSource): Promise<string[]> {
  const [table]: { name: string | null }[] = await dataSource.query(
    `select to_regclass('migrations') as name`,
  );
  if (!table?.name) return [];
  const rows: { name: string }[] = await dataSource.query('select name from migrations order by id');
  return rows.map(({ name }) => name);
}
