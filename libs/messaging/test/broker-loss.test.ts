import { afterEach, beforeEach, expect, it } from 'vitest';
import { jetstreamManager } from '@nats-io/jetstream';
import { ensureStreams, streamCreatedAt } from '../src/index.js';
import { eventually } from '@doorbuster/embedded/testing';
import { Broker, orders } from './fixtures/broker.js';

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

it('a broker that was killed and came back delivers what it had and what is new', async () => {
  await broker.send(orders(5, 'stored'));
  await broker.restart();
  const seen = await consuming();
  await eventuallySeen(seen, orders(5, 'stored'));
  await broker.restart();
  await broker.send(['after']);
  await eventuallySeen(seen, ['before', 'after']);
});

it('a broker that lost its storage gets its streams from their owner, and consumers go on by themselves', async () => {
  const seen = await consuming();
  await broker.loseStorage();
  await broker.createStreams();
  await broker.send(['after']);
  await eventuallySeen(seen, ['before', 'after']);
});

it('a consumer that came before its stream waits for it', async () => {
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

it('streams are created once, and a new one is told from the one before', async () => {
  const nc = await broker.connect('inventory');
  const first = await streamCreatedAt(nc, 'INVENTORY_EVENTS');
  expect(first).toMatch(/^\d{4}-/);
  expect(await ensureStreams(nc, 'inventory', 1)).toEqual([]);
  expect(await streamCreatedAt(nc, 'INVENTORY_EVENTS')).toBe(first);
  await broker.loseStorage();
  await eventually(() => nc.flush().then(() => true), 'the connection');
  expect(await streamCreatedAt(nc, 'INVENTORY_EVENTS')).toBeUndefined();
  const created = await ensureStreams(nc, 'inventory', 1);
  expect(created.toSorted()).toEqual(['INVENTORY_COMMANDS', 'INVENTORY_EVENTS']);
  expect(await streamCreatedAt(nc, 'INVENTORY_EVENTS')).not.toBe(first);
});

it('streams that are as they should be are left alone, others are mended when that is wanted', async () => {
  const nc = await broker.connect('inventory');
  await ensureStreams(nc, 'inventory', 1);
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const config = async () => (await jsm.streams.info('INVENTORY_EVENTS')).config;
  const wanted = await config();
  const asked = nc.stats().outMsgs;
  await ensureStreams(nc, 'inventory', 1);
  // One question a stream, and no change.
  expect(nc.stats().outMsgs - asked).toBe(2);
  await jsm.streams.update('INVENTORY_EVENTS', { max_bytes: 1_000_000 });
  await ensureStreams(nc, 'inventory', 1, { mend: false });
  expect(await config()).toMatchObject({ max_bytes: 1_000_000 });
  await ensureStreams(nc, 'inventory', 1);
  expect(await config()).toEqual(wanted);
});

it('two replicas may create the streams at the same time', async () => {
  await broker.loseStorage();
  const connections = await Promise.all([broker.connect('inventory'), broker.connect('inventory')]);
  await Promise.all(connections.map((nc) => ensureStreams(nc, 'inventory', 1)));
  expect(await streamCreatedAt(connections[0], 'INVENTORY_COMMANDS')).toBeDefined();
});
