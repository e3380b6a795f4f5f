import { NATS_USERS, natsPermissions } from '@doorbuster/contracts';
import type { Credentials } from '../credentials.js';

/** Largest message: a batch of events. The same on every NATS that we run on. */
const PAYLOAD_BYTES_MAX = 8 * 1024 ** 2;
const MEMORY_BYTES_MAX = 64 * 1024 ** 2;
/** The broker disconnects a client after this many unanswered pings, so a hung replica gets no more requests. */
const PING_INTERVAL = '1s';
const PINGS_MAX = 3;
/** Streams bound themselves far below; this bounds them all together. */
const STORAGE_BYTES_MAX = 8 * 1024 ** 3;

/** Servers that keep streams together. Each names all of them, so that any may be down when another starts. */
export interface NatsClusterMember {
  /** Its own, which no other server of the cluster has. */
  serverName: string;
  /** On which the others reach it. */
  routePort: number;
  routePorts: readonly number[];
  /** On which it tells over HTTP who leads what. */
  monitorPort: number;
}

export interface NatsConfiguration {
  port: number;
  storeDir: string;
  passwords: Credentials['nats'];
  /** PEM files of the server's certificate and its key; without them it speaks in the clear, on 127.0.0.1 alone. */
  tls?: { certFile: string; keyFile: string } | undefined;
  /** Absent of a server that is alone. */
  cluster?: NatsClusterMember | undefined;
}

/** The configuration file; NATS reads JSON. Each service may do no more than its permissions in the topology say. */
export function natsConfiguration({ port, storeDir, passwords, tls, cluster }: NatsConfiguration): string {
  const users = NATS_USERS.map((user) => ({
    user,
    password: passwords[user],
    permissions: natsPermissions(user),
  }));
  const configuration = {
    server_name: 'doorbuster',
    host: '127.0.0.1',
    port,
    max_payload: PAYLOAD_BYTES_MAX,
    ping_interval: PING_INTERVAL,
    ping_max: PINGS_MAX,
    jetstream: {
      store_dir: storeDir,
      max_memory_store: MEMORY_BYTES_MAX,
      max_file_store: STORAGE_BYTES_MAX,
      // A message is on disk before it is acknowledged; the default syncs every two minutes.
      sync_interval: 'always',
    },
    ...(tls && { tls: { cert_file: tls.certFile, key_file: tls.keyFile } }),
    ...(cluster && clusterConfiguration(cluster)),
    authorization: { users: [{ user: 'admin', password: passwords.admin }, ...users] },
  };
  return `${JSON.stringify(configuration, null, 2)}\n`;
}

const clusterConfiguration = ({ serverName, routePort, routePorts, monitorPort }: NatsClusterMember) => ({
  server_name: serverName,
  http: `127.0.0.1:${monitorPort}`,
  cluster: {
    name: 'doorbuster',
    host: '127.0.0.1',
    port: routePort,
    routes: routePorts.map((port) => `nats-route://127.0.0.1:${port}`),
  },
});
