import path from 'node:path';
import { SERVICES, type ServiceName } from '@doorbuster/contracts';
import { prepareRoles } from '../postgres/prepare-database.js';
import { startPostgres, type PostgresOptions } from '../postgres/start-postgres.js';
import { startRestartable, type RestartableServer } from './restartable.js';
import { testCredentials } from './test-credentials.js';

export interface OwnPostgres extends RestartableServer {
  /** Of the administrator, database `postgres`. */
  readonly adminUrl: string;
  readonly dir: string;
}

/**
 * A PostgreSQL with all roles, for tests that kill it or need the roles' connection limits. Other tests share the one of
 * the test run.
 */
export async function startOwnPostgres(
  connectionsMax = 50,
  tls?: PostgresOptions['tls'],
): Promise<OwnPostgres> {
  const passwords = testCredentials().postgres;
  const server = await startRestartable(
    ({ directory, ...how }) =>
      startPostgres({
        dir: path.join(directory, 'postgres'),
        password: passwords.admin,
        connectionsMax,
        tls,
        ...how,
      }),
    'QUIT',
  );
  const limits = Object.fromEntries(SERVICES.map((service) => [service, connectionsMax]));
  await prepareRoles(server.first.url, passwords, limits as Record<ServiceName, number>);
  return Object.assign(server, { adminUrl: server.first.url, dir: server.first.dir });
}
