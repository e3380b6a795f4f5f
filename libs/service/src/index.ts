export { readConfig, serviceConfig, type ServiceConfig } from './config.js';
export { Rpc, refusalOf } from './rpc/rpc.decorator.js';
export { migrateSchema } from './migrate.js';
export { runService, startService, type ServiceDefinition } from './run-service.js';
export { SHUTDOWN_MS } from './shutdown-budget.js';
export { PollingJob } from './polling-job.js';
export { withTimeout } from './with-timeout.js';
export { LOGGER, NATS_CONNECTION } from './tokens.js';
