import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@doorbuster/telemetry';
import type { DataSource } from 'typeorm';
import { allMigrations, type SchemaDefinition } from './schema-definition.js';

const SCHEMA_WAIT_MS = 60_000;
const RETRY_MS = 300;

/**
 * Resolves once the schema has every migration that this release knows. A schema with more than that was migrated by a newer
 * release, which keeps to what this one needs: the service says so and starts.
 *
 * @throws which migrations are missing, once a migration that is under way has had its time
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
      throw new Error(`schema ${definition.service} lacks ${missing.join(', ')}; ${advice}`);
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
