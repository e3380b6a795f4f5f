import { inboxPrefix } from '@doorbuster/contracts';
import { connect, type ConnectionOptions, type NatsConnection } from '@nats-io/transport-node';

/** A server on a lost machine does not answer. Then the client tries the next one of the cluster. */
const DIAL_TIMEOUT_MS = 5_000;

/**
 * Options for a connection that reconnects for as long as the process lives.
 *
 * @param url of one server, or of the servers of a cluster, comma-separated. All have the scheme and the user of the first
 * @param user of this process. Its inboxes are those that the user may subscribe to
 * @param caFile PEM file of the authority of the servers' certificates, when the system does not trust it
 */
export function natsOptions(url: string, user: string, caFile?: string): ConnectionOptions {
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
    // A busy broker may time out a handshake. By default two such errors would close the connection permanently.
    ignoreAuthErrorAbort: true,
    reconnectTimeWait: 250,
    reconnectJitter: 100,
    waitOnFirstConnect: true,
    pingInterval: 10_000,
    maxPingOut: 2,
  };
}

/** Tells when the connection is lost and when it is there again, until it is closed. */
export async function watchConnection(
  nc: NatsConnection,
  { onDisconnect, onReconnect }: { onDisconnect: () => void; onReconnect: () => void },
): Promise<void> {
  for await (const { type } of nc.status()) {
    if (type === 'disconnect') onDisconnect();
    if (type === 'reconnect') onReconnect();
  }
}

export const connectNats = (url: string, user: string, caFile?: string): Promise<NatsConnection> =>
  connect(natsOptions(url, user, caFile));
