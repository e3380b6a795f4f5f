/** What a process without a database needs, too; `.` would bring one along. */
export { readConfig } from './config.js';
export { serveHealth } from './health-server.js';
export { natsConfig, natsUrl, streamReplicas } from './nats-config.js';
export { optional } from './optional.js';
export { publishedSecretsIn } from './published-secrets.js';
export { shared } from './shared.js';
export { SHUTDOWN_MS } from './shutdown-budget.js';
export { exitOnSignal } from './shutdown.js';
export { withinTime } from './within-time.js';
export { signingKey } from './rpc/rpc-keys.js';
export { RpcSigner, SIGNATURE_HEADER } from './rpc/rpc-signature.js';
