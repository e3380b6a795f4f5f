import { inboxPrefix, type NatsUser } from '@doorbuster/contracts';
import { connect, type ConnectionOptions, type NatsConnection } from '@nats-io/transport-node';

/** A server whose machine is gone says nothing at all; the next one of a cluster may be there. */
const DIAL_TIMEOUT_MS = 5_000;

/**
 * Options for a connection that comes back by itself for as long as the process lives.
 *
 * @param url of one server, or of several of a cluster, separated by commas: any of them is as good, and one that is down
 *   keeps nobody from the next. All have the scheme and the user of the first
 * @param caFile who signed the servers' certificates, as PEM, when the system does not know them
 */
export function natsOptions(url: string, user: NatsUser, caFile?: string): ConnectionOptions {
  const servers = url.split(',').map((each) => new URL(each.trim()));
  const { protocol, username, password } = servers[0] as URL;
  return {
    servers: servers.map(({ host }) => host),
    ...(protocol === 'tls:' && { tls: caFile === undefined ? {} : { caFile } }),
    name: user,
    ...(username !== '' && { user: decodeURIComponent(username), pass: decodeURIComponent(password) }),
    inboxPrefix: inboxPrefix(user),
    timeout: DIAL_TIMEOUT_MS,
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

export const connectNats = (url: string, user: NatsUser, caFile?: string): Promise<NatsConnection> =>
  connect(natsOptions(url, user, caFile));
