import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './repository.js';

/** Paths from the root of the repository, and their new text. */
export type Files = Record<string, string>;

/** Writes files so that all of it can be undone. */
export class FileChanges {
  private readonly before = new Map<string, string | undefined>();

  constructor(private readonly root = ROOT) {}

  /** @returns the paths of the files that differed */
  write(files: Files): string[] {
    const changed = Object.entries(files).filter(([file, text]) => textOf(file, this.root) !== text);
    for (const [file, text] of changed) {
      this.remember(file);
      const target = path.join(this.root, file);
      mkdirSync(path.dirname(target), { recursive: true });
      writeFileSync(target, text);
    }
    return changed.map(([file]) => file);
  }

  /** For a file that another process may write. */
  remember(file: string): void {
    if (!this.before.has(file)) this.before.set(file, textOf(file, this.root));
  }

  /** Restores what was overwritten, and deletes what was new, with folders that have no other file. */
  undo(): void {
    for (const [file, text] of this.before) {
      const target = path.join(this.root, file);
      if (text !== undefined) writeFileSync(target, text);
      else if (existsSync(target)) removeWithFolders(target);
    }
  }
}

function removeWithFolders(file: string): void {
  rmSync(file);
  let folder = path.dirname(file);
  while (readdirSync(folder).length === 0) {
    rmdirSync(folder);
    folder = path.dirname(folder);
  }
}

export function textOf(file: string, root = ROOT): string | undefined {
  const full = path.join(root, file);
  return existsSync(full) ? readFileSync(full, 'utf8') : undefined;
}
