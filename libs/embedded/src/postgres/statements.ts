import { DATABASE_CONNECTIONS, migratorOf, SERVICES, type ServiceName } from '@doorbuster/contracts';
import { escapeIdentifier, escapeLiteral } from 'pg';

/** The schema of extensions. It is in the search path of the services that use one. */
const EXTENSIONS_SCHEMA = 'extensions';
const EXTENSION_USERS: readonly ServiceName[] = ['catalog'];

/** Maximum connections of each role, so that no service uses up those of the others. */
export function connectionLimitStatements(limits: Readonly<Record<ServiceName, number>>): string[] {
  return SERVICES.flatMap((service) => [
    `alter role ${escapeIdentifier(service)} connection limit ${limits[service]};`,
    `alter role ${escapeIdentifier(migratorOf(service))} connection limit ${DATABASE_CONNECTIONS.migrators};`,
  ]);
}

/**
 * Creates a schema for each service and revokes all else. The migrator owns the schema and its objects; the run-time role
 * may read and write rows. The roles must exist. Idempotent.
 */
export function databaseStatements(name: string): string {
  const database = escapeIdentifier(name);
  return [
    `revoke all on database ${database} from public;`,
    'revoke all on schema public from public;',
    `create schema if not exists ${EXTENSIONS_SCHEMA};`,
    `create extension if not exists pg_trgm schema ${EXTENSIONS_SCHEMA};`,
    ...SERVICES.flatMap((service) => serviceStatements(service, database)),
  ].join('\n');
}

function serviceStatements(service: ServiceName, database: string): string[] {
  const schema = escapeIdentifier(service);
  const runtime = escapeIdentifier(service);
  const migrator = escapeIdentifier(migratorOf(service));
  const usesExtensions = EXTENSION_USERS.includes(service);
  const searchPath = usesExtensions ? `${schema}, ${EXTENSIONS_SCHEMA}` : schema;
  const byDefault = `alter default privileges for role ${migrator} in schema ${schema}`;
  return [
    `grant connect on database ${database} to ${runtime}, ${migrator};`,
    `revoke temporary on database ${database} from ${runtime};`,
    `create schema if not exists ${schema} authorization ${migrator};`,
    `grant usage on schema ${schema} to ${runtime};`,
    `${byDefault} grant select, insert, update, delete on tables to ${runtime};`,
    `${byDefault} grant usage on sequences to ${runtime};`,
    ...[runtime, migrator].map(
      (role) => `alter role ${role} in database ${database} set search_path = ${searchPath};`,
    ),
    ...(usesExtensions ? [`grant usage on schema ${EXTENSIONS_SCHEMA} to ${runtime}, ${migrator};`] : []),
  ];
}

/**
 * Transfers the objects of a run-time role to the migrator, in a database from before there were migrators. The run-time
 * role may still read and write the rows of those tables only, so that what a migration has revoked stays revoked. Run
 * {@link databaseStatements} after it. Idempotent.
 */
export const takeOverStatements = (): string => SERVICES.map(takeOver).join('\n');

function takeOver(service: ServiceName): string {
  const runtime = escapeIdentifier(service);
  const owned = (kinds: string): string =>
    `array(select oid::regclass from pg_class where relowner = ${escapeLiteral(service)}::regrole and relkind in (${kinds}))`;
  return [
    'do $take_over$',
    'declare',
    `  tables regclass[] := ${owned(`'r', 'p', 'v', 'm'`)};`,
    `  sequences regclass[] := ${owned(`'S'`)};`,
    '  taken regclass;',
    'begin',
    `  reassign owned by ${runtime} to ${escapeIdentifier(migratorOf(service))};`,
    '  foreach taken in array tables loop',
    `    execute format('grant select, insert, update, delete on %s to %I', taken, ${escapeLiteral(service)});`,
    '  end loop;',
    '  foreach taken in array sequences loop',
    `    execute format('grant usage on sequence %s to %I', taken, ${escapeLiteral(service)});`,
    '  end loop;',
    'end $take_over$;',
  ].join('\n');
}
