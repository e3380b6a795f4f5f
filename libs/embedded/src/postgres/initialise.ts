import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { syncDirectory } from '../files.js';
import { FIRST_INHERITED } from '../process/server-process.js';
import { ADMINISTRATOR } from './url.js';
import { asUser, placeFor, type UnprivilegedUser } from './unprivileged.js';

const INITDB_DEADLINE_MS = 60_000;

/** Only the administrator may connect to the databases that belong to no service. */
const CLIENT_AUTHENTICATION = `# type database            user            address       method
host    all                 ${ADMINISTRATOR}        127.0.0.1/32  scram-sha-256
host    postgres,template1  all             127.0.0.1/32  reject
host    all                 all             127.0.0.1/32  scram-sha-256
`;

export const isInitialised = (dataDir: string): boolean => existsSync(path.join(dataDir, 'PG_VERSION'));

/** Creates a data directory under another name and renames it, so that a crash leaves no incomplete one. */
export async function initialise(
  initdb: string,
  dataDir: string,
  password: string,
  user: UnprivilegedUser | undefined,
): Promise<void> {
  const draft = `${dataDir}.new`;
  const passwordFile = `${dataDir}.password`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true, mode: 0o700 });
  if (user) chownSync(draft, user.uid, user.gid);
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user) chownSync(passwordFile, user.uid, user.gid);
  try {
    await runInitdb(initdb, draft, passwordFile, user);
  } finally {
    rmSync(passwordFile);
  }
  writeFileSync(path.join(draft, 'pg_hba.conf'), CLIENT_AUTHENTICATION);
  renameSync(draft, dataDir);
  syncDirectory(path.dirname(dataDir));
}

async function runInitdb(
  initdb: string,
  dataDir: string,
  passwordFile: string,
  user: UnprivilegedUser | undefined,
): Promise<void> {
  const { command, args } = asUser(user, {
    command: initdb,
    args: [
      `--pgdata=${placeFor(user, dataDir, FIRST_INHERITED)}`,
      `--username=${ADMINISTRATOR}`,
      `--pwfile=${placeFor(user, passwordFile, FIRST_INHERITED + 1)}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // The same collation on every machine, independent of its C library.
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
    ],
  });
  const inherited = [openSync(dataDir, 'r'), openSync(passwordFile, 'r')];
  try {
    const child = spawn(command, args, {
      cwd: dataDir,
      env: postgresEnvironment(),
      stdio: ['ignore', 'ignore', 'pipe', ...inherited],
      timeout: INITDB_DEADLINE_MS,
    });
    const [output, [code]] = await Promise.all([
      text(child.stderr as NodeJS.ReadableStream),
      once(child, 'close'),
    ]);
    if (code !== 0) throw new Error(output.trim() || `it ended with ${code}`);
  } catch (cause) {
    throw new Error(`initdb could not make ${dataDir}: ${(cause as Error).message}`, { cause });
  } finally {
    inherited.forEach(closeSync);
  }
}

/** An empty environment: PG* variables would configure the server, and it needs no credentials. */
export const postgresEnvironment = (): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
  LC_ALL: 'C',
  TZ: 'UTC',
});
