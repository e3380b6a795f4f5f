import { existsSync } from 'node:fs';
import path from 'node:path';
import type { AppName } from './environment.js';

const REPOSITORY = path.resolve(import.meta.dirname, '..', '..', '..', '..');

/**
 * How Node runs the compiled `main` of an app. Without source maps, which take 11 MB a process to keep and longer to
 * start, for stack traces of code that `tsc` hardly changed.
 */
export function commandLineOf(app: AppName): string[] {
  const file = path.join(REPOSITORY, 'apps', app, 'dist', 'main.js');
  if (!existsSync(file)) throw new Error(`${file} is missing; run \`npm run build\``);
  return ['--import', import.meta.resolve('./collect-after-start.js'), file];
}
