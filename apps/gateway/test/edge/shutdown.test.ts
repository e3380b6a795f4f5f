import { accept, getOrder } from '@doorbuster/contracts';
import { Agent, get, type IncomingHttpHeaders } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { anOrder, ORDER_ID, PLACE_ORDER } from '../support/examples.js';
import { startFixture } from '../support/fixture.js';

/** Status and headers of a GET over this agent's connections. */
const getOver = (agent: Agent, url: string): Promise<[number | undefined, IncomingHttpHeaders]> =>
  new Promise((resolve, reject) => {
    const request = get(url, { agent }, (response) => {
      response.resume().on('end', () => resolve([response.statusCode, response.headers]));
    });
    request.on('error', reject);
  });

describe('shutting down', () => {
  it('answers waiting requests, ends streams, and loses no request', async () => {
    const fixture = await startFixture();
    const alice = await fixture.as('alice');
    await fixture.services.answerOrders(async ({ idempotencyKey }) => {
      if (idempotencyKey === 'slow') await sleep(800);
      return accept(anOrder());
    });
    await fixture.services.answer(getOrder, () => accept(anOrder()));
    const place = (key: string, prefer: string) =>
      Promise.resolve(
        fixture.http.post('/v1/orders').set(alice).set({ 'idempotency-key': key, prefer }).send(PLACE_ORDER),
      );
    const stream = await fetch(`${fixture.url}/v1/orders/${ORDER_ID}/events`, { headers: alice });
    const waiting = place('quick', 'wait=30');
    const onItsWay = place('slow', 'wait=30');
    await sleep(300);

    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    await getOver(agent, `${fixture.url}/healthz`);

    const before = Date.now();
    const closed = fixture.app.close();
    await sleep(20);
    // On the open connection, which closes with this response.
    const [status, headers] = await getOver(agent, `${fixture.url}/readyz`);
    expect(status).toBe(503);
    expect(headers.connection).toBe('close');
    await closed;
    expect(Date.now() - before).toBeLessThan(4_000);

    for (const response of [await waiting, await onItsWay]) {
      expect(response.status).toBe(202);
      expect(response.body).toEqual(anOrder());
    }
    expect(await stream.text()).toContain('PENDING');
    await expect(fetch(`${fixture.url}/healthz`)).rejects.toThrow('fetch failed');
    await fixture.services.stop();
    await fixture.nats.dispose();
  });
});
