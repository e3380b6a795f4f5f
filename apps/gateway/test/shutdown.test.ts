import { accept, getOrder, placeOrder } from '@doorbuster/contracts';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { anOrder, ORDER_ID, PLACE_ORDER } from './support/examples.js';
import { startFixture } from './support/fixture.js';

describe('shutting down', () => {
  it('answers who waits with what is known, ends streams, and lets no request be lost', async () => {
    const fixture = await startFixture();
    const alice = await fixture.as('alice');
    await fixture.services.answer(placeOrder, async ({ idempotencyKey }) => {
      if (idempotencyKey === 'slow') await sleep(800);
      return accept(anOrder());
    });
    await fixture.services.answer(getOrder, () => accept(anOrder()));
    const place = (key: string, prefer: string) =>
      fixture.http
        .post('/v1/orders')
        .set(alice)
        .set({ 'idempotency-key': key, prefer })
        .send(PLACE_ORDER)
        .then();
    const stream = await fetch(`${fixture.url}/v1/orders/${ORDER_ID}/events`, { headers: alice });
    const waiting = place('quick', 'wait=30');
    const onItsWay = place('slow', 'wait=30');
    await sleep(300);

    const before = Date.now();
    const closed = fixture.app.close();
    await sleep(50);
    const { headers, body } = await fixture.http.get('/readyz').expect(503);
    expect(headers['connection']).toBe('close');
    expect(body.detail).toBe('The gateway is shutting down.');
    await closed;
    expect(Date.now() - before).toBeLessThan(4_000);

    for (const response of [await waiting, await onItsWay]) {
      expect(response.status).toBe(202);
      expect(response.body).toEqual(anOrder());
    }
    expect(await stream.text()).toContain('PENDING');
    await expect(fetch(`${fixture.url}/healthz`)).rejects.toThrow();
    await fixture.services.stop();
    await fixture.nats.dispose();
  });
});
