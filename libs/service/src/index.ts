export { readConfig, serviceConfig, type ServiceConfig } from './config.js';
export { Answers, refusalOf } from './queries.js';
export { migrateSchema } from './migrate.js';
export { runService, startService, type ServiceDefinition } from './run-service.js';
export { SHUTDOWN_MS } from './shutdown-budget.js';
export { Sweeper } from './sweeper.js';
export { withinTime } from './within-time.js';
export { LOGGER, NATS_CONNECTION } from './tokens.js';
