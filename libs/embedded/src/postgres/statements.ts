import { SERVICES, type ServiceName } from '@doorbuster/contracts';
import { escapeIdentifier } from 'pg';

/** Where the extensions live. Only those services that use one have it in their search path. */
const EXTENSIONS_SCHEMA = 'extensions';
const EXTENSION_USERS: readonly ServiceName[] = ['catalog'];

/**
 * Gives the role of every service, which must be there, a schema of its own in a database and closes everything else to
 * it. Running them again changes nothing.
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
  const role = escapeIdentifier(service);
  const usesExtensions = EXTENSION_USERS.includes(service);
  const searchPath = usesExtensions ? `${role}, ${EXTENSIONS_SCHEMA}` : role;
  return [
    `grant connect, temporary on database ${database} to ${role};`,
    `create schema if not exists ${role} authorization ${role};`,
    `alter role ${role} in database ${database} set search_path = ${searchPath};`,
    ...(usesExtensions ? [`grant usage on schema ${EXTENSIONS_SCHEMA} to ${role};`] : []),
  ];
}
