import { existsSync } from 'node:fs';
import path from 'node:path';
import type { AppName } from './environment.js';

const REPOSITORY = path.resolve(import.meta.dirname, '..', '..', '..', '..');

/**
 * V8 lets a heap grow for as long as the machine has memory before it collects all of it. What is alive is about 40 MB
 * under load; the gateway's share grows with its connections, of which it has up to 20,000.
 */
const OLD_SPACE_MB = { gateway: 512, service: 256 };

/**
 * How Node runs the compiled `main` of an app. Without source maps, which take 11 MB a process to keep and longer to
 * start, for stack traces of code that `tsc` hardly changed.
 */
export function commandLineOf(app: AppName): string[] {
  const file = path.join(REPOSITORY, 'apps', app, 'dist', 'main.js');
  if (!existsSync(file)) throw new Error(`${file} is missing; run \`npm run build\``);
  const oldSpace = app === 'gateway' ? OLD_SPACE_MB.gateway : OLD_SPACE_MB.service;
  return [
    `--max-old-space-size=${oldSpace}`,
    '--import',
    import.meta.resolve('./collect-after-start.js'),
    file,
  ];
}
