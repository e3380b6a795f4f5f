import { NATS_USERS, natsPermissions, SERVICES, STREAM_BYTES_MAX, streamsOf } from '@doorbuster/contracts';
import type { Credentials } from '../credentials.js';

/** Largest message: a batch of events. The same on every NATS that we run on. */
const PAYLOAD_BYTES_MAX = 8 * 1024 ** 2;
const MEMORY_BYTES_MAX = 64 * 1024 ** 2;
/** The broker disconnects a client after this many unanswered pings, so a hung replica gets no more requests. */
const PING_INTERVAL = '1s';
const PINGS_MAX = 3;
const STREAMS = SERVICES.flatMap(streamsOf).length;
/** The newer of two releases that run side by side may have further streams. */
const FURTHER_STREAMS = 3;
/** Limit of all streams together. The broker creates no stream whose own limit does not fit. */
const STORAGE_BYTES_MAX = (STREAMS + FURTHER_STREAMS) * STREAM_BYTES_MAX;

/** A cluster. Each server lists all routes, so that any server may be down when another starts. */
export interface NatsClusterMember {
  /** Unique in the cluster. */
  serverName: string;
  /** Port for the other servers. */
  routePort: number;
  routePorts: readonly number[];
  /** Port of the HTTP monitoring endpoint, which reports the leaders. */
  monitorPort: number;
}

export interface NatsConfiguration {
  port: number;
  storeDir: string;
  passwords: Credentials['nats'];
  /** PEM files of the server's certificate and key. Without them connections are not encrypted; the server listens on 127.0.0.1. */
  tls?: { certFile: string; keyFile: string } | undefined;
  /** Absent for a single server. */
  cluster?: NatsClusterMember | undefined;
}

/** The configuration file, in JSON. Each user has the permissions of the topology. */
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
