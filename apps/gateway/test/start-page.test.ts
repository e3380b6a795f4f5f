import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { accept, healthOf, SERVICES } from '@doorbuster/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ICON } from '../src/start-page/start-page.js';
import { anOrder, PLACE_ORDER } from './support/examples.js';
import { startFixture, startGateway, type Fixture } from './support/fixture.js';

const BROWSER = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

describe('the page about what runs', () => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await startFixture();
    for (const service of SERVICES)
      await fixture.services.answer(healthOf(service), () =>
        accept({ service, dependencies: { postgres: 'up' } }),
      );
  });
  afterAll(() => fixture.stop());

  const page = async (url = fixture.url): Promise<string> => {
    const response = await fetch(`${url}/about`, { headers: BROWSER });
    expect([response.status, response.headers.get('content-type'), response.headers.get('vary')]).toEqual([
      200,
      'text/html; charset=utf-8',
      'accept',
    ]);
    return response.text();
  };
  const linksOf = (html: string): string[] =>
    [...html.matchAll(/<a href="([^"]+)"/g)].map(([, href]) => href ?? '');
  const commandOf = (html: string): string =>
    (/<code>(TOKEN=[^]*?)<\/code>/.exec(html)?.[1] ?? '')
      .replaceAll('&#39;', "'")
      .replaceAll('&quot;', '"')
      .replaceAll('&amp;', '&');

  it('says what runs, and links to what answers', async () => {
    const html = await page();
    expect(html).toContain('Everything runs');
    for (const service of ['gateway', 'nats', ...SERVICES])
      expect(html).toContain(`<li class="up">${service} `);
    expect(linksOf(html)).toContain('http://traces.example/');
    const own = linksOf(html).filter((href) => href.startsWith('/'));
    expect(own).toEqual(['/', '/docs', '/v1/products', '/readyz']);
    for (const href of ['/docs', '/readyz']) expect((await fetch(fixture.url + href)).status).toBe(200);
  });

  it('needs no other file, so that the content security policy has nothing to refuse', async () => {
    const html = await page();
    expect(html).not.toMatch(/<script|<link [^>]*stylesheet|\son\w+=|url\(|@import/);
    expect([...html.matchAll(/src="([^"]{5})/g)].map(([, start]) => start)).toEqual(['data:']);
  });

  it('has a command that buys, as it is pasted', async () => {
    await fixture.services.answerOrders(() => accept(anOrder({ status: 'CONFIRMED' })));
    const { stdout } = await promisify(execFile)('sh', ['-c', commandOf(await page())], { timeout: 20_000 });
    expect(stdout).toMatch(/^HTTP\/1.1 201 /);
    expect(JSON.parse(stdout.split('\r\n\r\n')[1] ?? '')).toMatchObject({ status: 'CONFIRMED' });
    const [request] = fixture.services.orderRequests();
    expect(request?.body.payment).toEqual(PLACE_ORDER.payment);
    expect(request?.customerId).toBe('ann');
  });

  it('has the command and the icon of the other pages', async () => {
    const command = commandOf(await page()).replaceAll(fixture.url, 'localhost:3000');
    expect(readFileSync('README.md', 'utf8')).toContain(`\n${command}\n`);
    const icon = readFileSync('tools/platform/page/icon.svg', 'utf8').replaceAll(/\n */g, '');
    const copy = decodeURIComponent(ICON.slice(ICON.indexOf(',') + 1)).replaceAll("'", '"');
    expect(copy).toBe(icon.replaceAll(' />', '/>'));
  });

  it('names what is down', async () => {
    const { services } = fixture;
    await services.answer(healthOf('catalog'), () =>
      accept({ service: 'catalog', dependencies: { postgres: 'down' } }),
    );
    await services.silence(healthOf('orders'));
    await expect.poll(() => page(), { timeout: 10_000 }).toContain('Down: catalog.postgres, orders');
    expect(await page()).toMatch(/<li class="down">orders /);
  });

  it('puts nothing of a request into the command but a host name', async () => {
    const commandFor = async (host: string): Promise<string> =>
      commandOf(
        (
          await fixture.http
            .get('/about')
            .set({ ...BROWSER, host })
            .expect(200)
        ).text,
      );
    expect(await commandFor('shop.example:81')).toContain('http://shop.example:81/v1/orders');
    expect(await commandFor('shop.example"$(id)<b>')).toMatch(/ http:\/\/localhost:\d+\/v1\/orders /);
  });

  it('is for browsers: other clients get the 404 of an unknown path', async () => {
    for (const accepted of ['*/*', 'application/json']) {
      const response = await fetch(`${fixture.url}/about`, { headers: { accept: accepted } });
      expect([response.status, response.headers.get('vary')]).toEqual([404, 'accept']);
      expect(await response.json()).toMatchObject({ code: 'NOT_FOUND' });
    }
  });

  it('has neither tokens nor the address of traces in production', async () => {
    const { app, url } = await startGateway(fixture.nats, { NODE_ENV: 'production' });
    try {
      const html = await page(url);
      expect(html).not.toContain('/v1/auth/token');
      expect(linksOf(html).join()).not.toContain('traces.example');
    } finally {
      await app.close();
    }
  });
});
