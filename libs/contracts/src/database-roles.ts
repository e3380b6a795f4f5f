import { SERVICES, type ServiceName } from './message.js';

/**
 * A service has two roles in PostgreSQL. The run-time role, named like the service and its schema, reads and writes rows.
 * The migrator owns the schema and all its objects; only the migration step has its password.
 */
export type MigratorRole = `${ServiceName}_migrator`;

export const migratorOf = (service: ServiceName): MigratorRole => `${service}_migrator`;

export const DATABASE_ROLES: readonly (ServiceName | MigratorRole)[] = SERVICES.flatMap((service) => [
  service,
  migratorOf(service),
]);

/** Maximum connections of one process. */
export const DATABASE_CONNECTIONS = {
  /** The pool of one replica of a service. */
  perReplica: 8,
  /** One process migrates; others wait for its lock, or reconnect. */
  migrators: 4,
} as const;

/**
 * The connection limit of a run-time role. It allows one replica more than `replicas`: a rolling update starts a new one
 * first, and the server notices only later that a killed replica's connections are gone.
 */
export const connectionLimitOf = (replicas: number): number =>
  DATABASE_CONNECTIONS.perReplica * (replicas + 1);
