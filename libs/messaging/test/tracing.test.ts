import { recordSpans } from '@doorbuster/telemetry/testing';
import { randomUUID } from 'node:crypto';
import { SpanStatusCode } from '@opentelemetry/api';
import { newTraceparent, traceIdOf } from '@doorbuster/telemetry';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Broker, reserve } from './fixtures/broker.js';

const SAMPLED = newTraceparent().replace(/00$/, '01');

let broker: Broker;
beforeEach(async () => {
  broker = await Broker.start();
});
afterEach(() => broker.stop());

describe('the spans of a consumer', () => {
  it('has a failed span for an unreadable event, in the trace of the event', async () => {
    const spans = recordSpans(() => true);
    await broker.consume(async () => 'done');
    const newer = reserve('newer', SAMPLED).event;
    newer.type = 'doorbuster.inventory.reserve-stock.v2';
    const untraced = { ...newer, id: randomUUID(), traceparent: newTraceparent() };
    await broker.sendRaw(JSON.stringify([newer, untraced]));
    await broker.settled();
    const [span, ...others] = spans().filter(({ name }) => name === 'process reserve-stock');
    expect(others).toEqual([]);
    expect(span?.spanContext().traceId).toBe(traceIdOf(newer.traceparent));
    expect(span).toMatchObject({
      attributes: { 'messaging.message.id': newer.id },
      status: { code: SpanStatusCode.ERROR, message: expect.stringContaining(newer.type) as string },
    });
  });
});
