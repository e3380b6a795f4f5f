import { productChanged, reserveStock, stockReserved, type MessageContract } from '@doorbuster/contracts';
import { newTraceparent } from '@doorbuster/telemetry';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeBatch,
  MalformedBatchError,
  newEvent,
  replyTo,
  toMessages,
  type OutgoingEvent,
} from '../src/index.js';

const contracts: MessageContract[] = [reserveStock, stockReserved, productChanged] as MessageContract[];
const outgoing: fc.Arbitrary<OutgoingEvent> = fc
  .record({
    contract: fc.constantFrom(...contracts),
    subject: fc.string({ minLength: 1, unit: 'binary' }),
    data: fc.jsonValue(),
    sagaid: fc.option(fc.uuid(), { nil: undefined }),
    sagastep: fc.option(fc.string(), { nil: undefined }),
  })
  .map(({ contract, ...event }) => newEvent(contract, { ...event, traceparent: newTraceparent() }));

const EVENTS_MAX = 256;
const BYTES_MAX = 512 * 1024;

describe('the envelope', () => {
  it('decodes every event as it was encoded, in order for each subject', () => {
    fc.assert(
      fc.property(fc.array(outgoing), (events) => {
        const decoded = toMessages(events).flatMap(({ subject, payload }) =>
          decodeBatch(payload).map((event) => ({ natsSubject: subject, event })),
        );
        for (const { subject } of contracts) {
          const bySubject = (all: OutgoingEvent[]) =>
            all.filter(({ natsSubject }) => natsSubject === subject);
          expect(bySubject(decoded)).toEqual(
            bySubject(JSON.parse(JSON.stringify(events)) as OutgoingEvent[]),
          );
        }
        expect(decoded).toHaveLength(events.length);
      }),
    );
  });

  it('makes messages of at most 256 events and about half a mebibyte, and as few as that allows', () => {
    const sizes = fc.array(fc.nat({ max: 200_000 }), { maxLength: 20 });
    fc.assert(
      fc.property(sizes, fc.nat({ max: 600 }), (texts, small) => {
        const events = [...texts, ...Array.from({ length: small }, () => 0)].map((size) =>
          newEvent(reserveStock as MessageContract, {
            subject: 'order',
            data: 'é'.repeat(size / 2),
            traceparent: newTraceparent(),
          }),
        );
        const batches = toMessages(events).map(({ payload }) => ({
          events: decodeBatch(payload).length,
          bytes: Buffer.byteLength(payload),
        }));
        for (const [i, batch] of batches.entries()) {
          expect(batch.events).toBeLessThanOrEqual(EVENTS_MAX);
          if (batch.events > 1) expect(batch.bytes).toBeLessThanOrEqual(BYTES_MAX + EVENTS_MAX + 1);
          const next = batches[i + 1];
          if (next && batch.events < EVENTS_MAX) expect(batch.bytes + next.bytes).toBeGreaterThan(BYTES_MAX);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('gives each message a unique id, and makes no message of no events', () => {
    const events = Array.from({ length: 600 }, () =>
      newEvent(reserveStock as MessageContract, { subject: 'a', data: 1, traceparent: newTraceparent() }),
    );
    const ids = toMessages(events).map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
    expect(toMessages([])).toEqual([]);
  });

  it('refuses a message that is no batch, and keeps its text', () => {
    const malformed = ['', 'x', '{}', '[]', 'null', '[{}]', '[{"specversion":"1.0"}]', '[1]', '"[]"'];
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...malformed), fc.string(), fc.json()), (text) => {
        try {
          decodeBatch(Buffer.from(text));
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedBatchError);
          expect((error as MalformedBatchError).text).toBe(Buffer.from(text).toString());
          expect((error as MalformedBatchError).cause).toBeDefined();
          return;
        }
        expect.unreachable(`${text} is no batch`);
      }),
    );
  });

  it('refuses a batch with one invalid event, and bytes that are no text', () => {
    const [message] = toMessages([
      newEvent(reserveStock as MessageContract, { subject: 'a', data: 1, traceparent: newTraceparent() }),
    ]);
    const good = message?.payload.slice(1, -1) ?? '';
    expect(decodeBatch(`[${good}]`)).toHaveLength(1);
    expect(() => decodeBatch(`[${good},{}]`)).toThrow(MalformedBatchError);
    expect(() => decodeBatch(Buffer.from([0xff, 0x00, 0xfe]))).toThrow(MalformedBatchError);
  });

  it('keeps the request span as the parent, and the saga step, from a command to its reply', () => {
    const traceparent = newTraceparent();
    const command = newEvent(reserveStock as MessageContract, {
      subject: 'order',
      data: null,
      traceparent,
      sagaid: 'saga',
      sagastep: 'step',
    }).event;
    const { natsSubject, event } = replyTo(command, stockReserved as MessageContract, {});
    expect(natsSubject).toBe(stockReserved.subject);
    expect(event).toMatchObject({
      subject: 'order',
      sagaid: 'saga',
      sagastep: 'step',
      type: stockReserved.type,
      source: '/doorbuster/inventory',
    });
    expect(command.traceparent).toBe(traceparent);
    expect(event.traceparent).toBe(traceparent);
    expect(event.id).not.toBe(command.id);
  });
});
