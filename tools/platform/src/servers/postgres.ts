import {
  createDatabase,
  prepareDatabase,
  prepareRoles,
  startPostgres,
  withUser,
  type Credentials,
  type DataLayout,
} from '@doorbuster/embedded';
import {
  connectionLimitOf,
  DATABASE_CONNECTIONS,
  migratorOf,
  SERVICES,
  type MigratorRole,
  type ServiceName,
} from '@doorbuster/contracts';
import type { Supervise } from '../supervision/supervised.js';
import type { ServerView } from '../data-dir/run-file.js';

const DATABASE = 'doorbuster';
/** Connections for checks, runbooks and `psql`, and those that PostgreSQL reserves for superusers. */
const ADMINISTRATORS_CONNECTIONS = 20;

export interface Database {
  view: () => ServerView;
  /** Of a service's run-time role. */
  databaseUrl: (service: ServiceName) => string;
  /** Of the role that owns a service's schema. */
  migrationUrl: (service: ServiceName) => string;
}

interface Settings {
  layout: DataLayout;
  credentials: Credentials['postgres'];
  port: number;
  replicas: Record<ServiceName, number>;
  /** An administrator's URL of an external PostgreSQL, with the database to use. */
  externalUrl: string | undefined;
}

/** Prepares a database with the roles and schemas of all services, in an embedded or an external PostgreSQL. */
export async function openDatabase(settings: Settings, supervise: Supervise): Promise<Database> {
  const { credentials, externalUrl, replicas } = settings;
  const { view, adminUrl } =
    externalUrl === undefined ? await startOwn(settings, supervise) : given(externalUrl);
  const preparing = prepareRoles(adminUrl, credentials, connectionLimits(replicas));
  await (externalUrl === undefined ? preparing : preparing.catch(explain));
  await prepareDatabase(adminUrl);
  const urlOf = (role: ServiceName | MigratorRole): string => withUser(adminUrl, role, credentials[role]);
  return { view, databaseUrl: urlOf, migrationUrl: (service) => urlOf(migratorOf(service)) };
}

const connectionLimits = (replicas: Settings['replicas']): Record<ServiceName, number> =>
  Object.fromEntries(SERVICES.map((service) => [service, connectionLimitOf(replicas[service])])) as Record<
    ServiceName,
    number
  >;

/** Enough for every role's limit and for administrators. */
function connectionsMax(replicas: Settings['replicas']): number {
  const limits = Object.values(connectionLimits(replicas)).map(
    (limit) => limit + DATABASE_CONNECTIONS.migrators,
  );
  return limits.reduce((sum, limit) => sum + limit, ADMINISTRATORS_CONNECTIONS);
}

async function startOwn({ layout, credentials, port, replicas }: Settings, supervise: Supervise) {
  const dir = layout.postgres;
  let serverUrl = '';
  const server = supervise('postgres', async () => {
    const running = await startPostgres({
      dir,
      port,
      password: credentials.admin,
      connectionsMax: connectionsMax(replicas),
    });
    serverUrl = running.url;
    return running;
  });
  await server.start();
  const adminUrl = await createDatabase(serverUrl, DATABASE);
  return { adminUrl, view: () => ({ pid: server.pid ?? null, url: adminUrl, dir }) };
}

const given = (adminUrl: string) => ({ adminUrl, view: () => ({ pid: null, url: adminUrl, dir: null }) });

/** The first statements on a server of the user's. @throws what to do about one that does not let the administrator in */
function explain(cause: Error): never {
  const advice = 'correct the variable, or unset it to have a server started';
  throw new Error(`DATABASE_URL: ${cause.message}; ${advice}`, { cause });
}
