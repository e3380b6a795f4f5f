/** For processes without a schema of their own: the gateway, the provisioner, the platform. */
export {
  CONFIGURATION_EXIT_CODE,
  exitOnStartError,
  readConfig,
  readConfigOrExit,
  refuseUnknownArguments,
  withoutEmpty,
} from './configuration/read-config.js';
export { networkOf } from './client-network.js';
export { fieldRequirementOf } from './configuration/config-problems.js';
export { OptionError, readOptions } from './configuration/read-options.js';
export { publishedSecretsIn } from './configuration/published-secrets.js';
export {
  httpUrl,
  logConfig,
  natsConfig,
  natsUrl,
  port,
  postgresUrl,
  redisUrl,
  streamReplicas,
  wholeNumber,
  wholeNumberOrOff,
} from './configuration/variables.js';
export { serveHealth } from './health/health-server.js';
export { awaitNats } from './messaging/await-nats.js';
export { singleFlight } from './single-flight.js';
export { SHUTDOWN_MS } from './shutdown-budget.js';
export { exitOnSignal } from './shutdown.js';
export { withTimeout } from './with-timeout.js';
export { signingKey } from './rpc/rpc-keys.js';
export { RpcSigner, SIGNATURE_HEADER } from './rpc/rpc-signature.js';
