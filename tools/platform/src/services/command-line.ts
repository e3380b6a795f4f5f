import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AppName } from './environment.js';

export const REPOSITORY = path.resolve(import.meta.dirname, '..', '..', '..', '..');

/**
 * V8 lets a heap grow for as long as the machine has memory before it collects all of it. What is alive is about 40 MB
 * under load; the gateway's share grows with its connections, of which it has up to 20,000.
 */
const OLD_SPACE_MB = { gateway: 512, service: 256 };

/** An app, or what migrates the schemas of all services. */
export type ProgramName = AppName | 'migration';

/**
 * How Node runs a compiled program. Without source maps, which take 11 MB a process to keep and longer to
 * start, for stack traces of code that `tsc` hardly changed.
 */
export function commandLineOf(program: ProgramName): string[] {
  if (program === 'migration') return [fileURLToPath(import.meta.resolve('./migration.js'))];
  const file = path.join(REPOSITORY, 'apps', program, 'dist', 'main.js');
  if (!existsSync(file)) throw new Error(`${file} is missing; run \`npm run build\``);
  const oldSpace = program === 'gateway' ? OLD_SPACE_MB.gateway : OLD_SPACE_MB.service;
  return [
    `--max-old-space-size=${oldSpace}`,
    '--import',
    import.meta.resolve('./collect-after-start.js'),
    file,
  ];
}
