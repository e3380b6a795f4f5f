import { randomUUID } from 'node:crypto';
import { commitStock, reserveStock } from '@doorbuster/contracts';
import { newTraceparent, traceIdOf } from '@doorbuster/telemetry';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toMessages, type BatchOutcome, type IncomingBatch, type IncomingEvent } from '../src/index.js';
import { Broker, reserve } from './fixtures/broker.js';

let broker: Broker;
beforeEach(async () => {
  broker = await Broker.start();
});
afterEach(() => broker.stop());

const idsOf = (batch: { events: IncomingEvent[] }): string[] =>
  batch.events.map(({ event }) => event.subject);

describe('a consumer of events that it cannot all handle', () => {
  it('gets a message that is no batch as unreadable, and the other messages', async () => {
    const batches: IncomingBatch[] = [];
    await broker.consume(async (batch) => {
      batches.push(batch);
      return 'done';
    });
    await broker.sendRaw('{"not": "a batch"}');
    await broker.send(['order']);
    await broker.settled();
    expect(batches.flatMap(({ unreadable }) => unreadable)).toMatchObject([
      { natsSubject: reserveStock.subject, event: '{"not": "a batch"}', error: { code: 'MALFORMED_BATCH' } },
    ]);
    expect(batches.flatMap(idsOf)).toEqual(['order']);
  });

  it('gets an event of an unknown version as unreadable, and the other events', async () => {
    const batches: IncomingBatch[] = [];
    await broker.consume(async (batch) => {
      batches.push(batch);
      return 'done';
    });
    const known = reserve('known').event;
    const newer = { ...reserve('newer').event, type: 'doorbuster.inventory.reserve-stock.v2' };
    await broker.sendRaw(JSON.stringify([newer, known]));
    await broker.settled();
    expect(batches.flatMap(({ unreadable }) => unreadable)).toMatchObject([
      { natsSubject: reserveStock.subject, event: newer, error: { code: 'UNKNOWN_TYPE' } },
    ]);
    expect(batches.flatMap(idsOf)).toEqual(['known']);
  });

  it('reads an event with an unknown attribute, and keeps the attribute', async () => {
    const seen: IncomingEvent[] = [];
    await broker.consume(async (batch) => {
      seen.push(...batch.events);
      return 'done';
    });
    await broker.sendRaw(JSON.stringify([{ ...reserve('order').event, tenant: 'berlin' }]));
    await broker.settled();
    expect(seen).toMatchObject([{ event: { subject: 'order', tenant: 'berlin' } }]);
  });

  it('has a deferred event delivered to another replica, and acknowledges the other messages', async () => {
    const taken: string[] = [];
    await broker.consume(async (batch) => {
      for (const incoming of batch.events) {
        incoming.isDeferred =
          incoming.event.subject === 'newer' && incoming.deliveries !== undefined && incoming.deliveries < 3;
        if (!incoming.isDeferred) taken.push(incoming.event.subject);
      }
      return 'done';
    });
    await broker.send(['newer']);
    await broker.send(['order']);
    await broker.settled();
    expect(taken).toEqual(['order', 'newer']);
  });

  it('gets the message of a deferred event again after a pause, and no other message', async () => {
    const taken: string[] = [];
    await broker.consume(async (batch) => {
      for (const incoming of batch.events) {
        incoming.isDeferred = incoming.event.subject === 'fails' && (incoming.deliveries ?? 0) < 3;
        if (!incoming.isDeferred) taken.push(incoming.event.subject);
      }
      return 'done';
    });
    await broker.send(['fails']);
    await broker.send(['order']);
    await broker.settled();
    expect(taken).toEqual(['order', 'fails']);
  });

  it('takes an event only from the subject that belongs to its type', async () => {
    const batches: IncomingBatch[] = [];
    await broker.consume(
      async (batch) => {
        batches.push(batch);
        return 'done';
      },
      [reserveStock, commitStock],
    );
    // Two services may share a consumer. Without this check one of them could send events in the other's name.
    const [claim] = toMessages([reserve('order')]);
    await broker.sendRaw(claim?.payload ?? '', commitStock.subject);
    await broker.settled();
    expect(batches.flatMap(({ events }) => events)).toEqual([]);
    expect(batches.flatMap(({ unreadable }) => unreadable)).toMatchObject([
      { natsSubject: commitStock.subject, error: { code: 'FOREIGN_SUBJECT' } },
    ]);
  });

  it('parses each event by its contract, and keeps the data of one that does not fit as they were sent', async () => {
    const batches: IncomingBatch[] = [];
    const handle = async (batch: IncomingBatch): Promise<BatchOutcome> => {
      batches.push(batch);
      return 'done';
    };
    await broker.consume(handle, [reserveStock]);
    const orderId = randomUUID();
    const good = reserve(orderId);
    good.event.data = { orderId, lines: [{ sku: 'MUG', quantity: 1, newer: 'field' }], newer: 'field' };
    const bad = reserve('order');
    const [message] = toMessages([bad, good]);
    await broker.sendRaw(message?.payload ?? '');
    await broker.settled();
    const [{ events, unreadable } = { events: [], unreadable: [] }] = batches;
    expect(events).toMatchObject([{ sentData: good.event.data }]);
    expect(events[0]?.event.data).toEqual({ orderId, lines: [{ sku: 'MUG', quantity: 1 }] });
    expect(unreadable).toMatchObject([{ event: bad.event, error: { name: 'ZodError' } }]);
  });

  it('keeps trace, saga and step of a command', async () => {
    const events: IncomingEvent[] = [];
    await broker.consume(async (batch) => {
      events.push(...batch.events);
      return 'done';
    });
    const traceparent = newTraceparent();
    await broker.send(['order'], traceparent);
    await broker.settled();
    expect(events).toMatchObject([
      {
        natsSubject: reserveStock.subject,
        event: { type: reserveStock.type, sagaid: 'order', sagastep: 'reserve-stock' },
      },
    ]);
    expect(traceIdOf(events[0]?.event.traceparent ?? '')).toBe(traceIdOf(traceparent));
  });
});
