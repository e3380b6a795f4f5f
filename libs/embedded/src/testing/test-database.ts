import { randomUUID } from 'node:crypto';
import { migratorOf, type ServiceName } from '@doorbuster/contracts';
import { inject } from 'vitest';
import { withClient } from '../postgres/client.js';
import { createDatabase, prepareDatabase } from '../postgres/prepare-database.js';
import { databaseOf, withUser } from '../postgres/url.js';
import { testCredentials } from './test-credentials.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The PostgreSQL that all test files share. Each has its own database. */
    postgresAdminUrl: string;
  }
}

export interface TestDatabase {
  /** Of the service's run-time role. */
  url(service: ServiceName): string;
  /** Of the role that owns the service's schema. */
  migratorUrl(service: ServiceName): string;
  adminUrl: string;
  drop(): Promise<void>;
}

/** A new database with the roles and schemas of all services, by default on the PostgreSQL of the test run. */
export async function createTestDatabase(serverUrl = sharedServerUrl()): Promise<TestDatabase> {
  const adminUrl = await createDatabase(serverUrl, `test_${randomUUID().replaceAll('-', '')}`);
  await prepareDatabase(adminUrl);
  const passwords = testCredentials().postgres;
  return {
    adminUrl,
    url: (service) => withUser(adminUrl, service, passwords[service]),
    migratorUrl: (service) => withUser(adminUrl, migratorOf(service), passwords[migratorOf(service)]),
    drop: () =>
      withClient(serverUrl, async (client) => {
        await client.query(`drop database if exists ${databaseOf(adminUrl)} with (force)`);
      }),
  };
}

function sharedServerUrl(): string {
  const url: string | undefined = inject('postgresAdminUrl');
  if (url !== undefined) return url;
  throw new Error('the globalSetup of Vitest must name libs/embedded/src/testing/vitest-global-setup.ts');
}
