import { startProcess } from '@doorbuster/embedded';
import { markOf } from '../data-dir/leftovers.js';
import { serviceOutput } from './service-output.js';
import { migrationEnvironment, type Addresses } from './environment.js';
import type { ProgramName } from './command-line.js';

interface Settings {
  dataDir: string;
  env: NodeJS.ProcessEnv;
  addresses: Pick<Addresses, 'migrationUrl'>;
  /** Arguments of Node. */
  commandLineOf: (program: ProgramName) => string[];
}

/**
 * Brings every schema up to date with its migrator's role, before any service starts. The process has no deadline, since a
 * migration may take long. Its mark lets a stopping platform end it.
 *
 * @throws when it ends with anything but 0; its own lines say why
 */
export async function migrateSchemas({ dataDir, env, addresses, commandLineOf }: Settings): Promise<void> {
  const shown = serviceOutput('migration', env);
  const running = await startProcess({
    command: process.execPath,
    args: [...commandLineOf('migration'), markOf(dataDir)],
    // The platform says when all schemas are up to date.
    env: { LOG_LEVEL: 'warn', ...migrationEnvironment(env, addresses), ...shown.env },
    output: shown.output,
  });
  const { code, signal } = await running.exited;
  if (code !== 0)
    throw new Error(`migrating the schemas ended with ${signal ?? code}; its own lines above say why`);
}
