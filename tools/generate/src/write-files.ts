import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './repository.js';

/** Paths from the root of the repository, and their new text. */
export type Files = Record<string, string>;

/**
 * Writes all files or none: each is written beside its place first, and what an error leaves behind is removed.
 *
 * @returns the paths of those whose text differs
 */
export function writeFiles(files: Files): string[] {
  const changed = Object.entries(files).filter(([file, text]) => textOf(file) !== text);
  const staged: string[] = [];
  try {
    for (const [file, text] of changed) {
      const target = path.join(ROOT, file);
      mkdirSync(path.dirname(target), { recursive: true });
      staged.push(`${target}.generated`);
      writeFileSync(`${target}.generated`, text);
    }
    for (const temporary of staged) renameSync(temporary, temporary.replace(/\.generated$/, ''));
  } finally {
    for (const temporary of staged) rmSync(temporary, { force: true });
  }
  return changed.map(([file]) => file);
}

/** Empty when there is no such file. */
export function textOf(file: string): string {
  const full = path.join(ROOT, file);
  return existsSync(full) ? readFileSync(full, 'utf8') : '';
}
