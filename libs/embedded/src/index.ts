export { cacheDirectory } from './cache-directory.js';
export { loadCredentials, type Credentials } from './credentials.js';
export { DeadlineExceededError, until, type UntilOptions } from './deadline.js';
export { readTextIfAny, writePrivateFile } from './files.js';
export { layoutOf, type DataLayout } from './layout.js';
export { natsConfiguration } from './nats/configuration.js';
export { startNats, wipeNats, type NatsOptions, type NatsServer } from './nats/start-nats.js';
export { findFreePort, isPortFree } from './ports.js';
export { withClient } from './postgres/client.js';
export { createDatabase, prepareDatabase, prepareRoles } from './postgres/prepare-database.js';
export { postgresSettings } from './postgres/settings.js';
export { startPostgres, type PostgresOptions, type PostgresServer } from './postgres/start-postgres.js';
export { connectionLimitStatements, databaseStatements, takeOverStatements } from './postgres/statements.js';
export { withUser } from './postgres/url.js';
export {
  isAlive,
  listProcesses,
  postgresProcessesIn,
  type ProcessInfo,
} from './process/running-processes.js';
export {
  startProcess,
  type ProcessExit,
  type ProcessOptions,
  type RunningProcess,
} from './process/server-process.js';
