import {
  createDatabase,
  prepareDatabase,
  prepareRoles,
  startPostgres,
  withUser,
  type Credentials,
  type DataLayout,
} from '@doorbuster/embedded';
import type { ServiceName } from '@doorbuster/contracts';
import type { Supervise } from '../supervision/supervised.js';
import type { ServerView } from './server-view.js';

const DATABASE = 'doorbuster';

export interface Database {
  view: () => ServerView;
  databaseUrl: (service: ServiceName) => string;
}

interface Settings {
  layout: DataLayout;
  credentials: Credentials['postgres'];
  port: number;
  /** Of an administrator of a PostgreSQL that is not ours; its database is used as it is named. */
  externalUrl: string | undefined;
}

/** A database with the roles and schemas of all services, in a PostgreSQL of our own or in a given one. */
export async function openDatabase(settings: Settings, supervise: Supervise): Promise<Database> {
  const { credentials, externalUrl } = settings;
  const { view, adminUrl } =
    externalUrl === undefined ? await startOwn(settings, supervise) : given(externalUrl);
  await prepareRoles(adminUrl, credentials);
  await prepareDatabase(adminUrl);
  return { view, databaseUrl: (service) => withUser(adminUrl, service, credentials[service]) };
}

async function startOwn({ layout, credentials, port }: Settings, supervise: Supervise) {
  const dir = layout.postgres;
  let serverUrl = '';
  const server = supervise('postgres', async () => {
    const running = await startPostgres({ dir, port, password: credentials.admin });
    serverUrl = running.url;
    return running;
  });
  await server.start();
  const adminUrl = await createDatabase(serverUrl, DATABASE);
  return { adminUrl, view: () => ({ pid: server.pid ?? null, url: adminUrl, dir }) };
}

const given = (adminUrl: string) => ({ adminUrl, view: () => ({ pid: null, url: adminUrl, dir: null }) });
