import 'reflect-metadata';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from '@doorbuster/embedded/testing';
import { Broker } from './fixtures/broker.js';

let broker: Broker;
beforeEach(async () => {
  broker = await Broker.start();
});
afterEach(() => broker.stop());

const until = (condition: () => boolean, what: string) =>
  eventually(() => (condition() ? true : undefined), what);

it('the next batch does not wait for the publications of a committed one, whose message is acknowledged after them', async () => {
  const seen: string[] = [];
  const { promise: publication, resolve } = Promise.withResolvers<void>();
  const { server } = await broker.consume((batch) => {
    seen.push(...batch.events.map(({ event }) => event.subject));
    if (seen.length === 1) batch.publication = publication;
    return Promise.resolve('done');
  });
  await broker.send(['first']);
  await until(() => seen.length === 1, 'the first batch');
  await broker.send(['second']);
  await until(() => seen.length === 2, 'the second batch');
  await eventually(
    async () => ((await broker.consumerInfo()).num_ack_pending === 1 ? true : undefined),
    'the acknowledgement of the second message only',
  );
  const closing = server.close();
  resolve();
  await closing;
  await broker.settled();
});

it('a failed publication brings the message again', async () => {
  const deliveries: (number | undefined)[] = [];
  await broker.consume((batch) => {
    deliveries.push(...batch.events.map((event) => event.deliveries));
    if (deliveries.length === 1) batch.publication = Promise.reject(new Error('no broker'));
    return Promise.resolve('done');
  });
  await broker.send(['order']);
  await broker.settled();
  expect(deliveries).toEqual([1, 2]);
});
