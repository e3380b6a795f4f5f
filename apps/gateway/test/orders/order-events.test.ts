import { accept, getOrder, refuse } from '@doorbuster/contracts';
import { setTimeout as sleep } from 'node:timers/promises';
import { createParser } from 'eventsource-parser';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { anOrder, aStatus, ORDER_ID } from '../support/examples.js';
import { OrderStatusSubscriber } from '../../src/order-status/order-status-subscriber.js';
import { startFixture, type Fixture } from '../support/fixture.js';

describe('the events of an order', () => {
  let fixture: Fixture;
  let alice: { authorization: string };
  let orderId: string;
  let count = 0;

  beforeAll(async () => {
    fixture = await startFixture();
    alice = await fixture.as('alice');
  });
  afterAll(() => fixture.stop());
  beforeEach(async () => {
    count += 1;
    orderId = ORDER_ID.replace(/.{4}$/, String(count).padStart(4, '0'));
    await fixture.services.answer(getOrder, () => accept(anOrder({ id: orderId })));
  });

  const open = (): Promise<Response> =>
    fetch(`${fixture.url}/v1/orders/${orderId}/events`, { headers: alice });

  /** The events of a complete stream. */
  const eventsOf = (text: string): unknown[] => {
    const events: unknown[] = [];
    createParser({
      onEvent: ({ event: type, id, data }) => events.push({ event: type, id, data: JSON.parse(data) }),
    }).feed(text);
    return events;
  };

  const event = (status: string, at: string, reason: string | null = null) => ({
    event: 'status',
    id: at,
    data: { orderId, status, reason, at },
  });

  it('are the current status, then each change, until the last', async () => {
    const response = await open();
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(response.headers.get('traceparent')).toMatch(/^00-/);
    await fixture.services.publish(aStatus({ orderId, status: 'REJECTED', reason: 'OUT_OF_STOCK' }));
    expect(eventsOf(await response.text())).toEqual([
      event('PENDING', '2026-01-01T12:00:00.000Z'),
      event('REJECTED', '2026-01-01T12:00:01.000Z', 'OUT_OF_STOCK'),
    ]);
  });

  it('continue after CONFIRMED while a cancellation is in progress', async () => {
    const confirmed = anOrder({ id: orderId, status: 'CONFIRMED', cancelling: true });
    await fixture.services.answer(getOrder, () => accept(confirmed));
    const response = await open();
    await fixture.services.publish(aStatus({ orderId, status: 'CANCELLED' }));
    expect(eventsOf(await response.text())).toMatchObject([
      { data: { status: 'CONFIRMED' } },
      { data: { status: 'CANCELLED' } },
    ]);
  });

  it('have each status once, and no earlier one', async () => {
    const confirmed = anOrder({ id: orderId, status: 'CONFIRMED', cancelling: true });
    await fixture.services.answer(getOrder, () => accept(confirmed));
    const response = await open();
    const late = aStatus({ orderId, status: 'PENDING', at: '2030-01-01T12:00:00.000Z' });
    await fixture.services.publish(aStatus({ orderId }), late, aStatus({ orderId, status: 'CANCELLED' }));
    expect(eventsOf(await response.text())).toMatchObject([
      { data: { status: 'CONFIRMED' } },
      { data: { status: 'CANCELLED' } },
    ]);
  });

  it('have a change of a replica whose clock is behind', async () => {
    const response = await open();
    const early = '2026-01-01T11:59:59.950Z';
    await fixture.services.publish(aStatus({ orderId, at: early }));
    expect(eventsOf(await response.text())).toEqual([
      event('PENDING', '2026-01-01T12:00:00.000Z'),
      event('CONFIRMED', early),
    ]);
  });

  it('end at once for a settled order', async () => {
    await fixture.services.answer(getOrder, () => accept(anOrder({ id: orderId, status: 'CANCELLED' })));
    const text = await (await open()).text();
    expect(eventsOf(text)).toEqual([event('CANCELLED', '2026-01-01T12:00:00.000Z')]);
  });

  it('have a change between the read and the subscription', async () => {
    await fixture.services.answer(getOrder, async () => {
      await fixture.services.publish(aStatus({ orderId }));
      await sleep(50);
      return accept(anOrder({ id: orderId }));
    });
    expect(eventsOf(await (await open()).text())).toHaveLength(2);
  });

  it('have a change that happened while NATS was unavailable', async () => {
    const response = await open();
    await fixture.services.answer(getOrder, () =>
      accept(anOrder({ id: orderId, status: 'CONFIRMED', updatedAt: '2026-01-01T12:00:05.000Z' })),
    );
    await fixture.nats.kill();
    await fixture.nats.start();
    expect(eventsOf(await response.text())).toEqual([
      event('PENDING', '2026-01-01T12:00:00.000Z'),
      event('CONFIRMED', '2026-01-01T12:00:05.000Z'),
    ]);
  });

  it('of another customer are a problem document, not a stream', async () => {
    await fixture.services.answer(getOrder, () => refuse('ORDER_NOT_FOUND', 'There is no such order.'));
    const response = await open();
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(await response.json()).toMatchObject({ code: 'ORDER_NOT_FOUND' });
  });

  it('stop when the client disconnects', async () => {
    const abort = new AbortController();
    await fetch(`${fixture.url}/v1/orders/${orderId}/events`, { headers: alice, signal: abort.signal });
    const feed = fixture.app.get(OrderStatusSubscriber, { strict: false });
    expect(feed.watched).toBe(1);
    abort.abort();
    await expect.poll(() => feed.watched).toBe(0);
  });
});
