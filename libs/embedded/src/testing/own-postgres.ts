import path from 'node:path';
import { prepareRoles } from '../postgres/prepare-database.js';
import { startPostgres } from '../postgres/start-postgres.js';
import { startRestartable, type RestartableServer } from './restartable.js';
import { testCredentials } from './test-credentials.js';

export interface OwnPostgres extends RestartableServer {
  /** Of the administrator, database `postgres`. */
  readonly adminUrl: string;
  readonly dir: string;
}

/** A PostgreSQL with all roles, for tests that kill it; the others share the one of the test run. */
export async function startOwnPostgres(connectionsMax = 50): Promise<OwnPostgres> {
  const passwords = testCredentials().postgres;
  const server = await startRestartable(
    ({ directory, ...how }) =>
      startPostgres({
        dir: path.join(directory, 'postgres'),
        password: passwords.admin,
        connectionsMax,
        ...how,
      }),
    'QUIT',
  );
  await prepareRoles(server.first.url, passwords);
  return Object.assign(server, { adminUrl: server.first.url, dir: server.first.dir });
}
