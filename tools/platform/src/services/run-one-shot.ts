import { startProcess } from '@doorbuster/embedded';

export interface OneShot {
  /** For messages: `migrating orders`. */
  name: string;
  /** Arguments of Node. */
  args: string[];
  env: NodeJS.ProcessEnv;
}

/**
 * Runs a process to its end. It has no deadline, since a migration may take long; a platform that is stopped ends all that
 * has its mark.
 *
 * @throws when it ends with anything but 0; its own lines say why
 */
export async function runOneShot({ name, args, env }: OneShot): Promise<void> {
  const running = await startProcess({ command: process.execPath, args, env, output: 'inherit' });
  const { code, signal } = await running.exited;
  if (code !== 0) throw new Error(`${name} ended with ${signal ?? code}; its own lines above say why`);
}
