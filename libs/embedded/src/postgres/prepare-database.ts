import { DATABASE_ROLES, type MigratorRole, type ServiceName } from '@doorbuster/contracts';
import { escapeIdentifier, escapeLiteral, type Client } from 'pg';
import { withClient } from './client.js';
import { connectionLimitStatements, databaseStatements, takeOverStatements } from './statements.js';
import { databaseOf, withDatabase } from './url.js';

/** Advisory lock: platforms that start at the same time prepare one database one after the other. */
const LOCK_KEY = 7_236_412;

/** Creates the database if it is missing. Returns the administrator's URL. */
export async function createDatabase(adminUrl: string, database: string): Promise<string> {
  await withClient(adminUrl, async (client) => {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [database]);
    if (rowCount === 0) await client.query(`create database ${escapeIdentifier(database)}`);
  });
  return withDatabase(adminUrl, database);
}

/**
 * Creates two login roles for each service: the run-time role and the migrator. Roles belong to the server, not to a
 * database. Idempotent.
 *
 * @param connectionLimits of the run-time roles
 */
export async function prepareRoles(
  adminUrl: string,
  passwords: Record<ServiceName | MigratorRole, string>,
  connectionLimits: Readonly<Record<ServiceName, number>>,
): Promise<void> {
  await inTransaction(adminUrl, async (client) => {
    const { rows } = await client.query<{ rolname: string }>(
      'select rolname from pg_roles where rolname = any($1)',
      [DATABASE_ROLES],
    );
    const existing = new Set(rows.map(({ rolname }) => rolname));
    for (const role of DATABASE_ROLES) {
      const verb = existing.has(role) ? 'alter' : 'create';
      const password = escapeLiteral(passwords[role]);
      await client.query(`${verb} role ${escapeIdentifier(role)} login password ${password}`);
    }
    await client.query(connectionLimitStatements(connectionLimits).join('\n'));
    await joinRoles(client);
  });
}

/**
 * Creates a schema for each service and revokes all else: another service's schema gives `permission denied`. A schema
 * that a run-time role owns, from before there were migrators, is transferred to the migrator. Idempotent. The roles must exist.
 */
export async function prepareDatabase(adminUrl: string): Promise<void> {
  await inTransaction(adminUrl, async (client) => {
    await client.query(takeOverStatements());
    await client.query(databaseStatements(databaseOf(adminUrl)));
  });
}

/** In a managed database the administrator is not a superuser, and must be a member of a role to create or transfer its schemas. */
async function joinRoles(client: Client): Promise<void> {
  const { rows } = await client.query<{ rolsuper: boolean }>(
    'select rolsuper from pg_roles where rolname = current_user',
  );
  if (rows[0]?.rolsuper === true) return;
  await client.query(
    `grant ${DATABASE_ROLES.map((role) => escapeIdentifier(role)).join(', ')} to current_user`,
  );
}

async function inTransaction(url: string, work: (client: Client) => Promise<void>): Promise<void> {
  await withClient(url, async (client) => {
    await client.query('begin');
    await client.query('select pg_advisory_xact_lock($1)', [LOCK_KEY]);
    await work(client);
    await client.query('commit');
  });
}
