/**
 * Maximum duration of each part of a shutdown, in milliseconds. Each limit exceeds the sum of the limits inside it, so SIGKILL
 * ends only a process that hangs. Interrupted work is safe: it was committed, and another replica or the
 * next start continues it.
 */
export const SHUTDOWN_MS = {
  /** The gateway: running requests. */
  requests: 2_250,
  /** A service: RPCs that have arrived. */
  rpcs: 500,
  /** Payments: running calls of the provider. */
  providerCalls: 1_000,
  /** Running publications. */
  outbox: 500,
  /** Each of: checks of streams, the connection to NATS, the connections to PostgreSQL. */
  connection: 200,
  /** The export of spans that are in memory. */
  telemetry: 750,
  /** A process exits after this, even if a part of it hangs. */
  gateway: 3_250,
  service: 3_500,
  /** A supervisor kills a process after this. */
  grace: 250,
  /** The embedded PostgreSQL and NATS. */
  servers: 2_000,
  /** All of `npm start`: the gateway, then the services, then the servers. */
  platform: 9_500,
} as const;
