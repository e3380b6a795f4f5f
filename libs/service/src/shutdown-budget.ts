/**
 * How long each part of an end may take, in milliseconds. Whoever waits has more time than all that it waits for, so that
 * SIGKILL is only for what hangs. What is cut short is safe: it was committed, and somebody else or the next start goes on
 * with it.
 */
export const SHUTDOWN_MS = {
  /** The gateway: requests that are on their way. */
  requests: 2_250,
  /** A service: queries that had arrived. */
  queries: 500,
  /** Payments: calls that the provider has not answered yet. */
  providerCalls: 1_000,
  /** Publications that are on their way. */
  outbox: 500,
  /** Streams being checked, the connection to NATS, those to PostgreSQL: each. */
  connection: 200,
  /** Spans that are still in memory. */
  telemetry: 750,
  /** A process has ended by then, whatever hangs in it. */
  gateway: 3_250,
  service: 3_500,
  /** A supervisor kills a process that is this late. */
  grace: 250,
  /** PostgreSQL and NATS, when they are ours. */
  servers: 2_000,
  /** All of `npm start`: the gateway, then the services, then the servers. */
  platform: 9_500,
} as const;
