/** What a process without a database needs, too; `.` would bring one along. */
export { readConfig } from './config.js';
export { serveHealth } from './health-server.js';
export { natsConfig, natsUrl, streamReplicas } from './nats-config.js';
export { optional } from './optional.js';
export { publishedSecretsIn } from './published-secrets.js';
export { singleFlight } from './single-flight.js';
export { SHUTDOWN_MS } from './shutdown-budget.js';
export { exitOnSignal } from './shutdown.js';
export { withTimeout } from './with-timeout.js';
export { signingKey } from './rpc/rpc-keys.js';
export { RpcSigner, SIGNATURE_HEADER } from './rpc/rpc-signature.js';
