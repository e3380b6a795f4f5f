export { networkOf } from './client-network.js';
export {
  ConfigurationModule,
  configOf,
  ENVIRONMENT,
  LOGGER,
  SERVICE_NAME,
} from './configuration/configuration.module.js';
export { httpUrl, pemFile, port, redisUrl, wholeNumber } from './configuration/variables.js';
export { HealthModule } from './health/health.module.js';
export { MessagingModule, NATS_CONNECTION } from './messaging/messaging.module.js';
export { OperationsModule } from './operations/operations.module.js';
export { PersistenceModule } from './persistence/persistence.module.js';
export { PollingJob } from './polling-job.js';
export { Rpc } from './rpc/rpc.decorator.js';
export { refusalOf } from './rpc/rpc-error.filter.js';
export { runService } from './run-service.js';
export { SHUTDOWN_MS } from './shutdown-budget.js';
export { withTimeout } from './with-timeout.js';
