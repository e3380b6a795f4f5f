import { SERVICES, type ServiceName } from './message.js';

/**
 * The two roles that a service has in PostgreSQL. The run-time role is named like the service and its schema: it reads and
 * writes rows. The migrator owns the schema and everything in it, and only the migration step has its password.
 */
export type MigratorRole = `${ServiceName}_migrator`;

export const migratorOf = (service: ServiceName): MigratorRole => `${service}_migrator`;

export const DATABASE_ROLES: readonly (ServiceName | MigratorRole)[] = SERVICES.flatMap((service) => [
  service,
  migratorOf(service),
]);

/** Connections that one process takes at most. */
export const DATABASE_CONNECTIONS = {
  /** The pool of one replica of a service. */
  perReplica: 8,
  /** One process migrates while others wait for its lock or reconnect. */
  migrators: 4,
} as const;

/**
 * The connection limit of a run-time role. One replica more than run: a rolling update starts the new one first, and the
 * connections of a killed one stay until the server notices.
 */
export const connectionLimitOf = (replicas: number): number =>
  DATABASE_CONNECTIONS.perReplica * (replicas + 1);
