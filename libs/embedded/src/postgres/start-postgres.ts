import { closeSync, mkdirSync, openSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { findFreePort } from '../ports.js';
import { launchServer } from '../process/launch-server.js';
import { FIRST_INHERITED, type RunningProcess } from '../process/server-process.js';
import { clearAfterCrash } from './after-crash.js';
import { findPostgresBinaries } from './binaries.js';
import { withClient } from './client.js';
import { initialise, isInitialised, postgresEnvironment } from './initialise.js';
import { postgresSettings } from './settings.js';
import { copyTlsFiles, type PostgresTls } from './tls-files.js';
import { asUser, placeFor, unprivilegedUser } from './unprivileged.js';
import { ADMINISTRATOR, postgresUrl } from './url.js';

export interface PostgresOptions {
  /** The data directory; created when missing. The log is `<dir>.log`. */
  dir: string;
  /** The administrator's, with which the directory was created. */
  password: string;
  /** A free port by default. Use the same on every start, so that clients can reconnect. */
  port?: number;
  connectionsMax?: number;
  /** Offers TLS to clients. */
  tls?: PostgresTls | undefined;
  /** Recovery after a crash replays up to `max_wal_size` of log. */
  startDeadlineMs?: number;
  /** Called with every process when it starts, before it serves. */
  onSpawn?: (pid: number) => void;
}

export interface PostgresServer extends RunningProcess {
  readonly dir: string;
  readonly port: number;
  /** Of the administrator, database `postgres`. */
  readonly url: string;
}

const START_DEADLINE_MS = 120_000;
const CONNECTIONS_MAX = 100;

/**
 * Starts PostgreSQL on 127.0.0.1 and resolves when it accepts queries. The same call restarts it after any end, `kill -9`
 * included.
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  mkdirSync(path.dirname(options.dir), { recursive: true, mode: 0o700 });
  const user = unprivilegedUser(options.dir);
  const { initdb, postgres } = await findPostgresBinaries(user);
  if (!isInitialised(options.dir)) await initialise(initdb, options.dir, options.password, user);
  const dir = realpathSync(options.dir);
  const port = options.port ?? (await findFreePort());
  const place = placeFor(user, dir, FIRST_INHERITED);
  if (options.tls) copyTlsFiles(dir, options.tls, user);
  const settings = postgresSettings(
    port,
    options.connectionsMax ?? CONNECTIONS_MAX,
    options.tls !== undefined,
  );
  const args = ['-D', place, ...settings];
  const url = postgresUrl(ADMINISTRATOR, options.password, port, 'postgres');
  const directory = openSync(dir, 'r');
  try {
    const running = await launchServer({
      name: 'PostgreSQL',
      process: {
        ...asUser(user, { command: postgres, args }),
        cwd: dir,
        env: postgresEnvironment(),
        inherited: [directory],
        onSpawn: options.onSpawn,
        stopSignal: 'SIGINT', // fast shutdown: rolls back open transactions
      },
      log: `${dir}.log`,
      isReady: () => answers(url),
      passing: PASSING,
      deadlineMs: options.startDeadlineMs ?? START_DEADLINE_MS,
      beforeEachTry: () => clearAfterCrash(dir),
    });
    return { ...running, dir, port, url };
  } finally {
    closeSync(directory);
  }
}

/**
 * Temporary errors: backends that outlive a killed postmaster hold its shared memory, and a closing server holds its port.
 */
const PASSING = /pre-existing shared memory block|lock file "postmaster.pid"|Address already in use/;

/** Rejects while it recovers: "the database system is starting up". */
const answers = (url: string): Promise<boolean> =>
  withClient(url, async (client) => {
    await client.query('select 1');
    return true;
  });
