import { SERVICES } from '@doorbuster/contracts';
import { markOf } from '../data-dir/leftovers.js';
import { migrationEnvironment, type Addresses, type AppName } from './environment.js';
import { runOneShot } from './run-one-shot.js';

interface Settings {
  dataDir: string;
  env: NodeJS.ProcessEnv;
  addresses: Pick<Addresses, 'migrationUrl'>;
  /** Arguments of Node. */
  commandLineOf: (app: AppName) => string[];
}

/** Brings every schema up to date with its migrator's role, before any service starts. */
export async function migrateSchemas({ dataDir, env, addresses, commandLineOf }: Settings): Promise<void> {
  await Promise.all(
    SERVICES.map((service) =>
      runOneShot({
        name: `migrating ${service}`,
        args: [...commandLineOf(service), 'migrate', markOf(dataDir)],
        env: migrationEnvironment(service, env, addresses),
      }),
    ),
  );
}
