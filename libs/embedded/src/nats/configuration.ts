import { NATS_USERS, natsPermissions } from '@doorbuster/contracts';
import type { Credentials } from '../credentials.js';

/** Largest message: a batch of events. The same on every NATS that we run on. */
const PAYLOAD_BYTES_MAX = 8 * 1024 ** 2;
const MEMORY_BYTES_MAX = 64 * 1024 ** 2;
/** Streams bound themselves far below; this bounds them all together. */
const STORAGE_BYTES_MAX = 8 * 1024 ** 3;

export interface NatsConfiguration {
  port: number;
  storeDir: string;
  passwords: Credentials['nats'];
}

/** The configuration file; NATS reads JSON. Each service may do no more than its permissions in the topology say. */
export function natsConfiguration({ port, storeDir, passwords }: NatsConfiguration): string {
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
    jetstream: {
      store_dir: storeDir,
      max_memory_store: MEMORY_BYTES_MAX,
      max_file_store: STORAGE_BYTES_MAX,
      // A message is on disk before it is acknowledged; the default syncs every two minutes.
      sync_interval: 'always',
    },
    authorization: { users: [{ user: 'admin', password: passwords.admin }, ...users] },
  };
  return `${JSON.stringify(configuration, null, 2)}\n`;
}
