import { measured } from '@doorbuster/telemetry/testing';
import { accept, getOrder } from '@doorbuster/contracts';
import { request } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { anOrder, ORDER_ID } from '../support/examples.js';
import { startFixture, type Fixture } from '../support/fixture.js';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.stop());

const attributesSeen = async () =>
  (await measured('http.server.request.duration')).map(({ attributes }) => attributes);
const common = { 'http.request.method': 'GET', 'url.scheme': 'http' };

it('times requests by method, route and status, not by path', async () => {
  await fixture.services.answer(getOrder, () => accept(anOrder()));
  const alice = await fixture.as('alice');
  await fixture.http.get(`/v1/orders/${ORDER_ID}`).set(alice).expect(200);
  await fixture.http.get('/made/up/by/a/scanner').expect(404);
  await expect.poll(attributesSeen).toContainEqual({
    ...common,
    'http.route': '/v1/orders/:id',
    'http.response.status_code': 200,
  });
  await expect.poll(attributesSeen).toContainEqual({ ...common, 'http.response.status_code': 404 });
  expect(JSON.stringify(await attributesSeen())).not.toMatch(new RegExp(`scanner|${ORDER_ID}`));
});

it('counts no active request after the client has disconnected', async () => {
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  await fixture.services.answer(getOrder, () => {
    ask();
    return new Promise(() => undefined);
  });
  const headers = await fixture.as('alice');
  const leaving = request(`${fixture.url}/v1/orders/${ORDER_ID}`, { headers });
  leaving.on('error', () => undefined).end();
  await asked;
  const active = async () => {
    const points = await measured('http.server.active_requests');
    return points.find(({ attributes }) => attributes['http.request.method'] === 'GET')?.value;
  };
  expect(await active()).toBe(1);
  leaving.destroy();
  await expect.poll(active).toBe(0);
  expect(await attributesSeen()).toContainEqual({
    ...common,
    'http.route': '/v1/orders/:id',
    'error.type': 'aborted',
  });
});
