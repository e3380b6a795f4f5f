import { startProcess } from '@doorbuster/embedded';

export interface OneShot {
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
export async function runOneShot({ name, args, env }: OneShot): Promise<void> {
  const running = await startProcess({ command: process.execPath, args, env, output: 'inherit' });
  const { code, signal } = await running.exited;
  if (code !== 0) throw new Error(`${name} ended with ${signal ?? code}; its own lines above say why`);
}
