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
/**
 * With so small a limit V8 collects the whole heap each time it has grown by 30 %: every second under load, a fifth of the CPU of
 * orders. Here a heap doubles in between. The bound on the young generation, which is 64 MB by default, gives back more memory than that takes.
 */
const COLLECT_LESS_OFTEN = ['--heap-growing-percent=100', '--max-semi-space-size=32'];

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
    ...COLLECT_LESS_OFTEN,
    '--import',
    import.meta.resolve('./collect-after-start.js'),
    file,
  ];
}
