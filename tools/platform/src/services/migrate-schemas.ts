import { SERVICES } from '@doorbuster/contracts';
import { startProcess } from '@doorbuster/embedded';
import { markOf } from '../data-dir/leftovers.js';
import { serviceOutput } from './service-output.js';
import { migrationEnvironment, type Addresses, type AppName } from './environment.js';

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
        service,
        name: `migrating ${service}`,
        args: [...commandLineOf(service), 'migrate', markOf(dataDir)],
        env: migrationEnvironment(service, env, addresses),
      }),
    ),
  );
}

interface OneShot {
  service: string;
  /** For messages: `migrating orders`. */
  name: string;
  /** Arguments of Node. */
  args: string[];
  env: NodeJS.ProcessEnv;
}

/**
 * Runs a process to its end, without a deadline, since a migration may take long. Its mark lets a stopping platform end it.
 *
 * @throws when it ends with anything but 0; its own lines say why
 */
async function runOneShot({ service, name, args, env }: OneShot): Promise<void> {
  const shown = serviceOutput(service, env);
  const running = await startProcess({
    command: process.execPath,
    args,
    // The platform says when all schemas are up to date.
    env: { LOG_LEVEL: 'warn', ...env, ...shown.env },
    output: shown.output,
  });
  const { code, signal } = await running.exited;
  if (code !== 0) throw new Error(`${name} ended with ${signal ?? code}; its own lines above say why`);
}
