import { openDatabase } from '@doorbuster/persistence';
import { createLogger } from '@doorbuster/telemetry';
import { stopTelemetry } from '@doorbuster/telemetry/start';
import { readConfig, serviceConfig } from './config.js';
import type { ServiceDefinition } from './run-service.js';
import { SHUTDOWN_MS } from './shutdown-budget.js';

/** A migration talks to nobody but the database. */
const migrationConfig = serviceConfig.pick({ DATABASE_URL: true, LOG_LEVEL: true });

/**
 * Brings the schema up to date and ends: `node dist/main.js migrate`, before the first replica of a new version starts. A
 * signal does not interrupt it where the process is a container's first; it ends all or nothing, and soon.
 */
export async function migrate({ service, migrations, entities }: ServiceDefinition): Promise<void> {
  const { DATABASE_URL: url, LOG_LEVEL } = readConfig(migrationConfig);
  const logger = createLogger(service, LOG_LEVEL);
  const dataSource = await openDatabase({ url, service, migrations, entities }, logger);
  await dataSource.destroy();
  logger.info('schema up to date');
  await stopTelemetry(SHUTDOWN_MS.telemetry);
}
