import { durablesOf } from '@doorbuster/contracts';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Payload } from '@nestjs/microservices';
import 'reflect-metadata';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ConsumesBatches,
  JetStreamServer,
  type BatchOutcome,
  type IncomingBatch,
  type IncomingEvent,
} from '../src/index.js';
import { eventually } from '@doorbuster/embedded/testing';
import { Broker, logger, orders, reserveAny } from './fixtures/broker.js';

let broker: Broker;
beforeEach(async () => {
  broker = await Broker.start();
});
afterEach(() => broker.stop());

const idsOf = (batch: { events: IncomingEvent[] }): string[] =>
  batch.events.map(({ event }) => event.subject);
const until = (condition: () => boolean, what: string) =>
  eventually(() => (condition() ? true : undefined), what);

describe('a consumer', () => {
  it('gets batches in the order sent, and acknowledges after the handler, not before', async () => {
    const seen: string[] = [];
    const { promise: committed, resolve: commit } = Promise.withResolvers<void>();
    await broker.consume(async (batch) => {
      seen.push(...idsOf(batch));
      await committed;
      return 'done';
    });
    await broker.send(orders(3, 'first'));
    await until(() => seen.length === 3, 'the first batch');
    expect((await broker.consumerInfo()).num_ack_pending).toBe(1);
    await broker.send(orders(2, 'second'));
    commit();
    await broker.settled();
    expect(seen).toEqual([...orders(3, 'first'), ...orders(2, 'second')]);
  });

  it('makes one batch of messages that linger, and handles them before it closes', async () => {
    const batches: string[][] = [];
    const record = async (batch: IncomingBatch): Promise<BatchOutcome> => {
      batches.push(idsOf(batch));
      return 'done';
    };
    const { server } = await broker.consume(record, [reserveAny], 600_000);
    for (const orderId of orders(3)) await broker.send([orderId]);
    await eventually(
      async () => ((await broker.consumerInfo()).num_ack_pending === 3 ? true : undefined),
      'the delivery',
    );
    expect(batches).toEqual([]);
    await server.close();
    expect(batches).toEqual([orders(3)]);
    await broker.settled();
  });

  it('makes one batch of the messages that came during another', async () => {
    const batches: string[][] = [];
    const { promise: committed, resolve: commit } = Promise.withResolvers<void>();
    await broker.consume(async (batch) => {
      batches.push(idsOf(batch));
      if (batches.length === 1) await committed;
      return 'done';
    });
    await broker.send(['first']);
    await until(() => batches.length === 1, 'the first batch');
    for (const orderId of orders(20)) await broker.send([orderId]);
    await eventually(
      async () => ((await broker.consumerInfo()).num_ack_pending === 21 ? true : undefined),
      'the delivery',
    );
    commit();
    await broker.settled();
    expect(batches.flat()).toEqual(['first', ...orders(20)]);
    expect(batches.length).toBeLessThanOrEqual(3);
  });

  it.each(['says retry', 'throws', 'throws at once'])(
    'gets a batch again when its handler %s',
    async (how) => {
      const seen: string[] = [];
      const fail = (): BatchOutcome => {
        if (how === 'says retry') return 'retry';
        throw new Error('the database is unavailable');
      };
      const handler = (batch: IncomingBatch): Promise<BatchOutcome> => {
        seen.push(...idsOf(batch));
        if (seen.length > 1) return Promise.resolve('done');
        return how === 'throws at once' ? (fail() as never) : Promise.resolve().then(fail);
      };
      await broker.consume(handler);
      await broker.send(['order']);
      await broker.settled();
      expect(seen).toEqual(['order', 'order']);
    },
  );

  it('gets the unacknowledged messages of another replica that died', async () => {
    const first: string[] = [];
    const second: string[] = [];
    const dying = await broker.consume(async (batch) => {
      first.push(...idsOf(batch));
      return new Promise(() => undefined);
    });
    await broker.send(['order']);
    await until(() => first.length === 1, 'the delivery');
    await dying.nc.close();
    await broker.consume(async (batch) => {
      second.push(...idsOf(batch));
      return 'done';
    });
    broker.deliverAgainAfter(1_000);
    await broker.settled();
    expect(second).toEqual(['order']);
  });

  it('shares its messages with other replicas: each message goes to one of them', async () => {
    const seen: string[][] = [[], []];
    for (const mine of seen) {
      await broker.consume(async (batch) => {
        mine.push(...idsOf(batch));
        return 'done';
      });
    }
    for (const orderId of orders(100)) await broker.send([orderId]);
    await broker.settled();
    expect(seen.flat().toSorted()).toEqual(orders(100).toSorted());
  });
});

describe('closing', () => {
  it('acknowledges handled messages, takes no more, and leaves the rest to others', async () => {
    const seen: string[] = [];
    const { server } = await broker.consume(async (batch) => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      seen.push(...idsOf(batch));
      return 'done';
    });
    const sending = (async () => {
      for (const orderId of orders(200)) await broker.send([orderId]);
    })();
    broker.deliverAgainAfter(1_000);
    await until(() => seen.length > 0, 'the first batch');
    await server.close();
    const taken = seen.length;
    await sending;
    expect(seen).toHaveLength(taken);
    expect(taken).toBeLessThan(200);
    await broker.consume(async (batch) => {
      seen.push(...idsOf(batch));
      return 'done';
    });
    await broker.settled();
    // None twice, because handled messages were acknowledged.
    expect(seen.toSorted()).toEqual(orders(200).toSorted());
  });

  it('ends in time without a broker', async () => {
    const { server } = await broker.consume(async () => 'done');
    await broker.send(['order']);
    await broker.settled();
    await broker.nats.kill();
    const startedAt = Date.now();
    await server.close();
    expect(Date.now() - startedAt).toBeLessThan(7_000);
  });
});

it('a controller consumes by its decorator, and a replay throws what the handler throws', async () => {
  const seen: IncomingBatch[] = [];

  @Controller()
  class Handler {
    @ConsumesBatches('inventory-commands', [reserveAny])
    async handle(@Payload() batch: IncomingBatch): Promise<BatchOutcome> {
      seen.push(batch);
      if (batch.isReplay) throw new Error('failed again');
      return 'done';
    }
  }
  @Module({ controllers: [Handler] })
  class Root {}

  const server = new JetStreamServer(await broker.connect('inventory'), durablesOf('inventory'), logger);
  const app = await NestFactory.createMicroservice(Root, { strategy: server, logger: false });
  await app.listen();
  await broker.send(['order']);
  await until(() => seen.length === 1, 'the batch');
  const [event] = seen[0]?.events ?? [];
  if (!event) throw new Error('the batch has no event');
  await expect(server.replay('inventory-commands', event)).rejects.toThrow('failed again');
  await expect(server.replay('nobody', event)).rejects.toThrow('nobody');
  await broker.settled();
  await app.close();
});
