/** For processes without a schema of their own: the gateway, the provisioner, the platform. */
export { readConfig, readConfigOrExit } from './configuration/read-config.js';
export { publishedSecretsIn } from './configuration/published-secrets.js';
export { natsConfig, natsUrl, optional, streamReplicas } from './configuration/variables.js';
export { serveHealth } from './health/health-server.js';
export { singleFlight } from './single-flight.js';
export { SHUTDOWN_MS } from './shutdown-budget.js';
export { exitOnSignal } from './shutdown.js';
export { withTimeout } from './with-timeout.js';
export { signingKey } from './rpc/rpc-keys.js';
export { RpcSigner, SIGNATURE_HEADER } from './rpc/rpc-signature.js';
