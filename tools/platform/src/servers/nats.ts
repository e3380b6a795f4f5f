import { once } from 'node:events';
import { connect } from 'node:net';
import type { NatsUser } from '@doorbuster/contracts';
import { startNats, type Credentials, type DataLayout, type NatsServer } from '@doorbuster/embedded';
import type { Supervise } from '../supervision/supervised.js';
import type { ServerView } from '../data-dir/run-file.js';

const STORAGE_CHECK_INTERVAL_MS = 500;
const NATS_PORT = 4222;
const CONNECT_TIMEOUT_MS = 5_000;

export interface Broker {
  view: () => ServerView;
  natsUrl: (user: NatsUser) => string;
}

interface Settings {
  layout: DataLayout;
  credentials: Credentials['nats'];
  port: number;
  /** An external NATS, or the servers of a cluster separated by commas. Every service uses the user in this URL. */
  externalUrl: string | undefined;
}

/** Starts NATS with JetStream and a user for each service, or uses an external one. */
export async function openBroker(settings: Settings, supervise: Supervise): Promise<Broker> {
  const { layout, credentials: passwords, port, externalUrl } = settings;
  if (externalUrl !== undefined) {
    await expectAnyListener(externalUrl);
    return { natsUrl: () => externalUrl, view: () => ({ pid: null, url: externalUrl, dir: null }) };
  }
  const dir = layout.nats;
  let running: NatsServer | undefined;
  const urlOf = (user: 'admin' | NatsUser): string => running?.url(user) ?? '';
  const server = supervise('nats', async () => {
    running = await startNats({ dir, port, passwords });
    endWithoutStorage(running);
    return running;
  });
  await server.start();
  return { natsUrl: urlOf, view: () => ({ pid: server.pid ?? null, url: urlOf('admin'), dir }) };
}

/** @throws an error that says what to do. Services would wait for the broker silently */
async function expectAnyListener(urls: string): Promise<void> {
  try {
    await Promise.any(urls.split(',').map((url) => expectListener(url.trim())));
  } catch (cause) {
    const reasons = (cause as AggregateError).errors.map((error: Error) => error.message).join('; ');
    const advice = 'Start that NATS, or unset NATS_URL to have one started';
    throw new Error(`NATS_URL: ${reasons}. ${advice}`, { cause });
  }
}

async function expectListener(url: string): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port || NATS_PORT), timeout: CONNECT_TIMEOUT_MS });
  try {
    await Promise.race([
      once(socket, 'connect'),
      once(socket, 'timeout').then(() => Promise.reject(new Error(`no answer in ${CONNECT_TIMEOUT_MS} ms`))),
    ]);
  } finally {
    socket.destroy();
  }
}

/**
 * NATS does not notice that its storage was deleted, and would accept messages that are stored nowhere. So it is killed.
 * The supervisor starts it again, empty, the provisioner creates the streams, and sagas repeat their commands.
 */
function endWithoutStorage(server: NatsServer): void {
  const timer = setInterval(() => {
    if (!server.hasItsStorage()) void server.kill();
  }, STORAGE_CHECK_INTERVAL_MS);
  timer.unref();
  void server.exited.then(() => clearInterval(timer));
}
