import { execFile } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { syncDirectory } from '../files.js';
import { ADMINISTRATOR } from './url.js';
import { asUser, type UnprivilegedUser } from './unprivileged.js';

const INITDB_DEADLINE_MS = 60_000;

/** Only the administrator may connect to the databases that belong to no service. */
const CLIENT_AUTHENTICATION = `# type database            user            address       method
host    all                 ${ADMINISTRATOR}        127.0.0.1/32  scram-sha-256
host    postgres,template1  all             127.0.0.1/32  reject
host    all                 all             127.0.0.1/32  scram-sha-256
`;

export const isInitialised = (dataDir: string): boolean => existsSync(path.join(dataDir, 'PG_VERSION'));

/** Makes a new data directory. It is made beside its place and renamed, so that a crash leaves no half of one. */
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
      `--pgdata=${dataDir}`,
      `--username=${ADMINISTRATOR}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // The same order and the same letters on every machine, whatever its C library knows.
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
    ],
  });
  try {
    await promisify(execFile)(command, args, { timeout: INITDB_DEADLINE_MS, env: postgresEnvironment() });
  } catch (cause) {
    const output = (cause as { stderr?: string }).stderr ?? String(cause);
    throw new Error(`initdb could not make ${dataDir}: ${output.trim()}`, { cause });
  }
}

/** Nothing of ours: PG* variables would change what the server does, and credentials are none of its business. */
export const postgresEnvironment = (): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
  LC_ALL: 'C',
  TZ: 'UTC',
});
