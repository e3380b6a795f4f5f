import { DATABASE_ROLES, type MigratorRole, type ServiceName } from '@doorbuster/contracts';
import { escapeIdentifier, escapeLiteral, type Client } from 'pg';
import { withClient } from './client.js';
import { connectionLimitStatements, databaseStatements, takeOverStatements } from './statements.js';
import { databaseOf, withDatabase } from './url.js';

/** Held while preparing, so that platforms that start at once on one database do it one after the other. */
const LOCK_KEY = 7_236_412;

/** Makes the database if there is none of this name, and gives the administrator's address of it. */
export async function createDatabase(adminUrl: string, database: string): Promise<string> {
  await withClient(adminUrl, async (client) => {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [database]);
    if (rowCount === 0) await client.query(`create database ${escapeIdentifier(database)}`);
  });
  return withDatabase(adminUrl, database);
}

/**
 * Two login roles per service, the one that it runs as and its migrator. Roles belong to the whole server, not to one
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
 * Gives every service a schema of its own in this database and closes everything else to it, so that a service that
 * asks another's schema gets `permission denied`. A schema that its run-time role owns, as before there were migrators,
 * is given to the migrator. Idempotent. The roles must exist.
 */
export async function prepareDatabase(adminUrl: string): Promise<void> {
  await inTransaction(adminUrl, async (client) => {
    await client.query(takeOverStatements());
    await client.query(databaseStatements(databaseOf(adminUrl)));
  });
}

/** An administrator who is no superuser (a managed database) must belong to a role to make schemas for it and to take them over. */
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
