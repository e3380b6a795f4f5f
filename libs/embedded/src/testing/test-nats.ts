import path from 'node:path';
import type { NatsUser } from '@doorbuster/contracts';
import { startNats, wipeNats, type NatsOptions } from '../nats/start-nats.js';
import { startRestartable, type RestartableServer } from './restartable.js';
import { testCredentials } from './test-credentials.js';

export interface TestNats extends RestartableServer {
  url(user: 'admin' | NatsUser): string;
  /** Deletes its storage. Only while it is stopped. */
  wipe(): void;
}

/** A new NATS server with JetStream and all users with their real permissions. It has no streams. */
export async function startTestNats({ tls }: Pick<NatsOptions, 'tls'> = {}): Promise<TestNats> {
  const passwords = testCredentials().nats;
  const server = await startRestartable(
    ({ directory, ...how }) =>
      startNats({ dir: path.join(directory, 'nats'), passwords, ...(tls && { tls }), ...how }),
    'KILL',
  );
  const { first } = server;
  return Object.assign(server, {
    url: (user: 'admin' | NatsUser) => first.url(user),
    wipe: () => wipeNats(first.dir),
  });
}
