import { inboxPrefix, type NatsUser } from '@doorbuster/contracts';
import { connect, type ConnectionOptions, type NatsConnection } from '@nats-io/transport-node';

/** Options for a connection that comes back by itself for as long as the process lives. */
export function natsOptions(url: string, user: NatsUser): ConnectionOptions {
  const { protocol, host, username, password } = new URL(url);
  return {
    servers: host,
    ...(protocol === 'tls:' && { tls: {} }),
    name: user,
    ...(username !== '' && { user: decodeURIComponent(username), pass: decodeURIComponent(password) }),
    inboxPrefix: inboxPrefix(user),
    maxReconnectAttempts: -1,
    // A busy broker may time a handshake out; two of those would close the connection for good.
    ignoreAuthErrorAbort: true,
    reconnectTimeWait: 250,
    reconnectJitter: 100,
    waitOnFirstConnect: true,
    pingInterval: 10_000,
    maxPingOut: 2,
  };
}

export const connectNats = (url: string, user: NatsUser): Promise<NatsConnection> =>
  connect(natsOptions(url, user));
