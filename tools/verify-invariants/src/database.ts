import { existsSync } from 'node:fs';
import path from 'node:path';
import {
  isAlive,
  layoutOf,
  loadCredentials,
  readTextIfAny,
  startPostgres,
  withUser,
} from '@doorbuster/embedded';

export interface OpenDatabase {
  url: string;
  /** PEM file of the authority of an external database's certificate. */
  caFile?: string | undefined;
  /** The data directory; `undefined` for an external database. */
  dataDir: string | undefined;
  isRunning: boolean;
  close(): Promise<void>;
}

/** The database of a data directory. When it is stopped, PostgreSQL is started for the check. */
export async function openDataDirectory(dataDir: string): Promise<OpenDatabase> {
  const layout = layoutOf(dataDir);
  const runFile = readTextIfAny(path.join(layout.root, 'run.json'));
  if (runFile !== undefined) {
    const { postgres } = JSON.parse(runFile) as {
      postgres: { pid: number | null; url: string; dir: string | null };
    };
    if (postgres.pid === null || isAlive(postgres.pid)) {
      const ownDir = postgres.dir === null ? undefined : layout.root;
      return { url: postgres.url, dataDir: ownDir, isRunning: true, close: async () => undefined };
    }
  }
  if (!existsSync(layout.postgres)) {
    throw new Error(
      `${layout.root} holds no database; name the right one with --data-dir, or use --database-url`,
    );
  }
  const password = loadCredentials(layout.credentials).postgres.admin;
  const server = await startPostgres({ dir: layout.postgres, password });
  const url = new URL(withUser(server.url, 'postgres', password));
  url.pathname = '/doorbuster';
  return {
    url: url.href,
    dataDir: layout.root,
    isRunning: false,
    close: async () => void (await server.stop()),
  };
}
