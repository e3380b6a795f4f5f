import { existsSync } from 'node:fs';
import path from 'node:path';
import type { AppName } from './environment.js';

const REPOSITORY = path.resolve(import.meta.dirname, '..', '..', '..', '..');

/** The compiled `main` of an app. */
export function entryPointOf(app: AppName): string {
  const file = path.join(REPOSITORY, 'apps', app, 'dist', 'main.js');
  if (!existsSync(file)) throw new Error(`${file} is missing; run \`npm run build\``);
  return file;
}
