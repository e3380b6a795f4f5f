import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

const REPOSITORY = path.resolve(import.meta.dirname, '..', '..', '..');

/** For files that can be created again: in node_modules where it is writable, otherwise in the user's cache directory. */
export function cacheDirectory(): string {
  const nodeModules = path.join(REPOSITORY, 'node_modules');
  if (isWritable(nodeModules)) return path.join(nodeModules, '.cache', 'doorbuster');
  return path.join(process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'), 'doorbuster');
}

function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
