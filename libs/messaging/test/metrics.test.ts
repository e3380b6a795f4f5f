import { measured } from '@doorbuster/telemetry/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '@doorbuster/embedded/testing';
import { Broker, orders } from './fixtures/broker.js';

const consumer = 'inventory-commands';

let broker: Broker;
beforeAll(async () => {
  broker = await Broker.start();
});
afterAll(() => broker.stop());

it('a consumer measures the size and duration of its batches, redeliveries and waiting messages', async () => {
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const { promise: finished, resolve: finish } = Promise.withResolvers<void>();
  let batches = 0;
  await broker.consume(async () => {
    batches += 1;
    if (batches > 1) return 'done';
    begin();
    await finished;
    return 'retry';
  });
  await broker.send(orders(3));
  await begun;
  expect(await measured('doorbuster.consumer.lag')).toEqual([
    { attributes: { consumer, stream: 'INVENTORY_COMMANDS' }, value: 1 },
  ]);
  finish();
  await eventually(() => (batches > 1 ? true : undefined), 'the second delivery');
  await broker.settled();

  expect(await measured('doorbuster.consumer.batch.size')).toEqual([
    { attributes: { consumer }, value: { count: 2, sum: 6 } },
  ]);
  const durations = await measured('doorbuster.consumer.process.duration');
  expect(durations).toMatchObject([
    { attributes: { consumer, outcome: 'retry' }, value: { count: 1 } },
    { attributes: { consumer, outcome: 'done' }, value: { count: 1 } },
  ]);
  expect(await measured('doorbuster.consumer.redeliveries')).toEqual([
    { attributes: { consumer }, value: 1 },
  ]);
});
