import { commandStream, durablesOf, type NatsUser } from '@doorbuster/contracts';
import { eventually, startTestNatsCluster, type TestNatsCluster } from '@doorbuster/embedded/testing';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { provision } from '@doorbuster/broker';
import { connectNats, JetStreamServer, Publisher, toMessages } from '../src/index.js';
import { logger, orders, reserve, reserveAny } from './fixtures/broker.js';

/** Servers that lost their leader wait some seconds before they elect another. */
vi.setConfig({ testTimeout: 90_000 });
const STREAM = commandStream('inventory');

let cluster: TestNatsCluster;
let connections: NatsConnection[];
beforeEach(async () => {
  cluster = await startTestNatsCluster();
  connections = [];
});
afterEach(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
  await cluster.dispose();
});

async function connect(user: NatsUser, url = cluster.url(user)): Promise<NatsConnection> {
  const connection = await connectNats(url, user);
  connections.push(connection);
  return connection;
}

/** Without a leader the cluster creates no stream. */
const ensured = (nc: NatsConnection, replicas: number): Promise<string[]> =>
  eventually(() => provision(nc, { replicas }), 'the streams');

/** As the outbox does: again with the same id, until the broker has it. */
async function send(nc: NatsConnection, orderIds: readonly string[]): Promise<void> {
  const publisher = new Publisher(nc);
  for (const message of toMessages(orderIds.map((orderId) => reserve(orderId)))) {
    await eventually(() => publisher.publish(message).then(() => true), 'a publication');
  }
}

async function consume(): Promise<Set<string>> {
  const seen = new Set<string>();
  const server = new JetStreamServer(await connect('inventory'), durablesOf('inventory'), logger);
  const handler = async ({ events }: { events: { event: { subject: string } }[] }) => {
    for (const { event } of events) seen.add(event.subject);
    return 'done';
  };
  server.addHandler('inventory-commands', handler as never, true, { contracts: [reserveAny] });
  server.listen(() => undefined);
  return seen;
}

const eventuallySeen = (seen: Set<string>, orderIds: string[]) =>
  eventually(() => (orderIds.every((orderId) => seen.has(orderId)) ? true : undefined), 'all messages');

it('streams of one server are replicated to three, with their messages and consumers', async () => {
  const owner = await connect('provisioner');
  const sender = await connect('orders');
  await ensured(owner, 1);
  const seen = await consume();
  await send(sender, ['before']);
  await eventuallySeen(seen, ['before']);
  expect(await ensured(owner, 3)).toEqual([]);
  const jsm = await jetstreamManager(owner, { checkAPI: false });
  expect((await jsm.streams.info(STREAM)).config.num_replicas).toBe(3);
  // One process with an older environment takes nothing away from all.
  expect(await ensured(owner, 1)).toEqual([]);
  expect((await jsm.streams.info(STREAM)).config.num_replicas).toBe(3);

  await (await cluster.leaderOf(STREAM)).kill();
  await send(sender, orders(5, 'after'));
  await eventuallySeen(seen, orders(5, 'after'));
});

it('a connection is made to any of the listed servers, even if the first is down at the start', async () => {
  // A stream of three can only be made while all three are there.
  await ensured(await connect('provisioner'), 3);
  await cluster.leaderOf(STREAM);
  const [first, ...others] = cluster.servers;
  await first?.kill();
  const names = [first, ...others].map((server) => server?.url('provisioner')).join(',');
  const nc = await connect('provisioner', names);
  expect(await ensured(nc, 3)).toEqual([]);
});

it('an acknowledged message survives the loss of the leader, of a follower, and of all at once', async () => {
  await ensured(await connect('provisioner'), 3);
  const sender = await connect('orders');
  await send(sender, ['first']);
  const leader = await cluster.leaderOf(STREAM);
  await leader.kill();
  await send(sender, ['without its leader']);
  await leader.start();
  await cluster.leaderOf(STREAM);
  await Promise.all(cluster.servers.map((server) => server.kill()));
  await Promise.all(cluster.servers.map((server) => server.start()));
  const seen = await consume();
  await send(sender, ['last']);
  await eventuallySeen(seen, ['first', 'without its leader', 'last']);
});
