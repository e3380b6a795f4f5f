import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { GenerateError } from './generate-error.js';
import { ROOT } from './repository.js';

const DEADLINE_MS = 5 * 60_000;

/** @throws when the program fails; its own lines say why */
function run(file: string, args: readonly string[]): void {
  const { status, error } = spawnSync(process.execPath, [path.join(ROOT, file), ...args], {
    cwd: ROOT,
    stdio: 'inherit',
    timeout: DEADLINE_MS,
  });
  if (status !== 0) throw new GenerateError(`${file} ${args.join(' ')} failed`, { cause: error });
}

/** Compiles what generated files follow from: the contracts and the sagas. */
export const build = (): void =>
  run('node_modules/typescript/bin/tsc', ['-b', 'tools/generate', 'apps/orders']);

/** Edited sources. Inserted text may be on too long a line. */
export const format = (files: readonly string[]): void =>
  run('node_modules/prettier/bin/prettier.cjs', ['--write', '--log-level', 'warn', ...files]);

/** Generates with what was built last, in a process of its own, since this one has loaded the old code. */
export const generateDeployment = (): void => run('tools/generate/dist/main.js', ['deployment']);
