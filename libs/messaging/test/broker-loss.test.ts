import { afterEach, beforeEach, expect, it } from 'vitest';
import { jetstreamManager } from '@nats-io/jetstream';
import { provision, streamCreatedAt, StreamProvisioner } from '@doorbuster/broker';
import { authorisePayment, durablesOf, SERVICES, streamsOf } from '@doorbuster/contracts';
import { eventually } from '@doorbuster/embedded/testing';
import { Broker, logger, orders } from './fixtures/broker.js';

const STREAMS = SERVICES.flatMap(streamsOf).map(({ name }) => name);
const DURABLES = SERVICES.flatMap(durablesOf);

let broker: Broker;
beforeEach(async () => {
  broker = await Broker.start();
});
afterEach(() => broker.stop());

async function consuming(): Promise<Set<string>> {
  const seen = new Set<string>();
  await broker.consume(async (batch) => {
    for (const { event } of batch.events) seen.add(event.subject);
    return 'done';
  });
  await broker.send(['before']);
  await broker.settled();
  return seen;
}

const eventuallySeen = (seen: Set<string>, orderIds: string[]) =>
  eventually(() => (orderIds.every((orderId) => seen.has(orderId)) ? true : undefined), 'all messages');

it('a broker that was killed and restarted delivers old and new messages', async () => {
  await broker.send(orders(5, 'stored'));
  await broker.restart();
  const seen = await consuming();
  await eventuallySeen(seen, orders(5, 'stored'));
  await broker.restart();
  await broker.send(['after']);
  await eventuallySeen(seen, ['before', 'after']);
});

it('a broker that lost its storage gets its streams from the provisioner, and consumers continue', async () => {
  const seen = await consuming();
  await broker.loseStorage();
  await broker.createStreams();
  await broker.send(['after']);
  await eventuallySeen(seen, ['before', 'after']);
});

it('a consumer that starts before its stream exists waits for it', async () => {
  await broker.loseStorage();
  const seen = new Set<string>();
  await broker.consume(async (batch) => {
    for (const { event } of batch.events) seen.add(event.subject);
    return 'done';
  });
  await broker.createStreams();
  await broker.send(['order']);
  await eventuallySeen(seen, ['order']);
});

it('streams are created once, and a new one is distinguished from the one before', async () => {
  const nc = await broker.connect('provisioner');
  const first = await streamCreatedAt(nc, 'INVENTORY_EVENTS');
  expect(first).toMatch(/^\d{4}-/);
  expect(await provision(nc, { replicas: 1 })).toEqual([]);
  expect(await streamCreatedAt(nc, 'INVENTORY_EVENTS')).toBe(first);
  await broker.loseStorage();
  await eventually(() => nc.flush().then(() => true), 'the connection');
  expect(await streamCreatedAt(nc, 'INVENTORY_EVENTS')).toBeUndefined();
  expect(await provision(nc, { replicas: 1 })).toEqual(STREAMS);
  expect(await streamCreatedAt(nc, 'INVENTORY_EVENTS')).not.toBe(first);
});

it('correct streams and consumers are not changed, and others are repaired if requested', async () => {
  const nc = await broker.connect('provisioner');
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const config = async () => ({
    stream: (await jsm.streams.info('INVENTORY_EVENTS')).config,
    consumer: (await jsm.consumers.info('INVENTORY_COMMANDS', 'inventory-commands')).config,
  });
  const wanted = await config();
  const asked = nc.stats().outMsgs;
  await provision(nc, { replicas: 1 });
  // One question each, and no change.
  expect(nc.stats().outMsgs - asked).toBe(STREAMS.length + DURABLES.length);
  await jsm.streams.update('INVENTORY_EVENTS', { max_bytes: 1_000_000 });
  await jsm.consumers.update('INVENTORY_COMMANDS', 'inventory-commands', { max_ack_pending: 7 });
  await provision(nc, { replicas: 1, mend: false });
  expect(await config()).toMatchObject({
    stream: { max_bytes: 1_000_000 },
    consumer: { max_ack_pending: 7 },
  });
  await provision(nc, { replicas: 1 });
  expect(await config()).toEqual(wanted);
});

it('the subjects that a newer release gave a consumer stay, and missing ones are added', async () => {
  const nc = await broker.connect('provisioner');
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const read = async () =>
    (await jsm.consumers.info('INVENTORY_EVENTS', 'catalog-replies')).config.filter_subjects?.toSorted();
  const today = ['units-refused', 'units-returned', 'units-set-aside'].map((name) => `evt.inventory.${name}`);
  expect(await read()).toEqual(today);
  const newer = [...today, 'evt.inventory.units-counted'].toSorted();
  await jsm.consumers.update('INVENTORY_EVENTS', 'catalog-replies', { filter_subjects: newer });
  await provision(nc, { replicas: 1 });
  expect(await read()).toEqual(newer);
  const older = ['evt.inventory.units-counted', 'evt.inventory.units-refused'];
  await jsm.consumers.update('INVENTORY_EVENTS', 'catalog-replies', { filter_subjects: older });
  await provision(nc, { replicas: 1 });
  expect(await read()).toEqual(newer);
});

it('two provisioners may create everything at the same time', async () => {
  await broker.loseStorage();
  const connections = await Promise.all([broker.connect('provisioner'), broker.connect('provisioner')]);
  await Promise.all(connections.map((nc) => provision(nc, { replicas: 1 })));
  expect(await streamCreatedAt(connections[0], 'INVENTORY_COMMANDS')).toBeDefined();
});

it('a running provisioner creates everything again after the broker has lost its storage', async () => {
  await broker.loseStorage();
  const provisioner = new StreamProvisioner(await broker.connect('provisioner'), { replicas: 1 }, logger);
  await provisioner.start();
  const seen = await consuming();
  await broker.loseStorage();
  await eventually(() => broker.send(['after']).then(() => true), 'a stream that takes commands');
  await eventuallySeen(seen, ['before', 'after']);
  await provisioner.close();
});

it('a handler of a contract that its consumer does not deliver does not start', async () => {
  const started = broker.consume(async () => 'done', [authorisePayment]);
  await expect(started).rejects.toThrow('inventory-commands does not read cmd.payments.authorise-payment');
});
