import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { apiOf, RECOVERY, type Shop } from '../fixtures/shop.js';
import { expectText, type World } from './fixtures/world.js';

const BUYERS = 200;
const UNITS = 20;

export function flashSales(world: () => World): void {
  describe('a flash sale in a browser', () => {
    it('opens at the second, and one page gets its unit while 200 other buyers buy', async () => {
      const { shop } = world();
      const startsAt = new Date(Date.now() + 8_000).toISOString();
      const id = await prepareSale(shop, 'RUSH', UNITS, { startsAt });
      const page = await world().openAs('fast-fingers', `/sales/${id}`);
      await expectText(page, 'Opens in');
      const buy = page.getByRole('button', { name: 'Buy now for $5.00' });
      await buy.waitFor();
      const lateMs = (await page.evaluate(() => Date.now())) - Date.parse(startsAt);
      expect(lateMs).toBeGreaterThan(-1_000);
      expect(lateMs).toBeLessThan(2_500);
      await buy.click();
      const crowd = buyAtOnce(world().platform.url, 'RUSH', id);
      await expectText(page, 'It is yours. The payment is accepted.');
      expect((await crowd).filter((status) => status === 201)).toHaveLength(UNITS - 1);

      await page.reload();
      await expectText(page, 'It is yours. The payment is accepted.');
      const late = await world().openAs('too-late', `/sales/${id}`);
      await expectText(late, 'All are taken');
      await late.getByRole('button', { name: 'Try for one that comes back' }).click();
      await expectText(late, 'Sold out');
    });

    it('sells one unit to a double click in each of two tabs', async () => {
      const { shop } = world();
      const id = await prepareSale(shop, 'TWICE', 10);
      const page = await world().openAs('two-tabs', `/sales/${id}`);
      const other = await page.context().newPage();
      await other.goto(`/sales/${id}`);
      // The second tab has the login of the first one.
      await other.getByRole('button', { name: 'Buy now for $5.00' }).waitFor();
      // The answer of the first request is lost: the order is placed, and the page does not know.
      let sent = 0;
      await page.context().route('**/v1/orders', async (route) => {
        sent += 1;
        if (sent > 1) return route.continue();
        await route.fetch();
        await route.abort('connectionreset');
      });
      await page.getByRole('button', { name: 'Buy now for $5.00' }).dblclick();
      await other
        .getByRole('button', { name: 'Buy now for $5.00' })
        .dblclick({ timeout: 1_000 })
        .catch(() => undefined);
      for (const tab of [page, other]) await expectText(tab, 'It is yours. The payment is accepted.');
      expect(sent).toBe(2);
      expect(await shop.sale(id)).toMatchObject({ unitsLeft: 9 });
    });

    it('waits while the shop is overloaded, says so, and buys after Retry-After; also after a reload', async () => {
      const id = await prepareSale(world().shop, 'BUSY', 10);
      const page = await world().openAs('patient', `/sales/${id}`);
      const keys = new Set<string | undefined>();
      let refusals = 2;
      await page.route('**/v1/orders', async (route) => {
        keys.add(route.request().headers()['idempotency-key']);
        if (refusals-- <= 0) return route.continue();
        const problem = { code: 'SERVICE_OVERLOADED', detail: 'Too many at once.', status: 503 };
        await route.fulfill({ status: 503, headers: { 'retry-after': '1' }, json: problem });
      });
      await page.getByRole('button', { name: 'Buy now for $5.00' }).click();
      await expectText(page, 'The shop is very busy');
      await page.reload();
      await expectText(page, 'It is yours. The payment is accepted.');
      expect(keys.size).toBe(1);
      expect(await world().shop.sale(id)).toMatchObject({ unitsLeft: 9 });
    });

    it('keeps the order of a customer who is offline, and sends it after', async () => {
      const id = await prepareSale(world().shop, 'TUNNEL', 10);
      const page = await world().openAs('in-a-tunnel', `/sales/${id}`);
      await page.getByRole('button', { name: 'Buy now for $5.00' }).waitFor();
      await page.context().setOffline(true);
      await page.getByRole('button', { name: 'Buy now for $5.00' }).click();
      await expectText(page, 'Your order is kept here and sent as soon as you are back.');
      await page.context().setOffline(false);
      await expectText(page, 'It is yours. The payment is accepted.');
    });

    it('goes on by itself after the gateway and orders were killed', async () => {
      const { platform, shop } = world();
      const id = await prepareSale(shop, 'CRASH', 10);
      const page = await world().openAs('undaunted', `/sales/${id}`);
      await page.getByText('Pays with:').click();
      await page.getByLabel('Slow bank').check();
      await page.getByRole('button', { name: 'Buy now for $5.00' }).click();
      await expectText(page, 'Your order is placed.');
      for (const name of ['gateway', 'orders'])
        for (const pid of platform.run().services[name]?.pids ?? []) process.kill(pid, 'SIGKILL');
      await expectText(page, 'It is yours. The payment is accepted.', RECOVERY.withinMs);
      await expect.poll(() => shop.sale(id), { timeout: RECOVERY.withinMs }).toMatchObject({ unitsLeft: 9 });
      await expectOneOrder(page);
    });
  });
}

/** A sale at $5.00 that is open, or will be. */
async function prepareSale(
  shop: Shop,
  sku: string,
  units: number,
  terms: { startsAt?: string } = {},
): Promise<string> {
  await shop.stockUp(sku, units);
  const { id } = await shop.createSale(sku, units, { limitPerCustomer: 2, ...terms });
  await shop.saleIs(id, terms.startsAt ? 'SCHEDULED' : 'OPEN');
  return id;
}

/** Each as a customer of its own. @returns the statuses of their answers */
async function buyAtOnce(url: string, sku: string, saleId: string): Promise<number[]> {
  const anonymous = apiOf(url);
  const body = { items: [{ sku, quantity: 1, saleId }], payment: { method: 'pm_card_visa' } };
  const buy = async (_: unknown, i: number): Promise<number> => {
    const { accessToken } = await anonymous.issueToken({ customerId: `crowd-${i}` });
    return anonymous
      .as(accessToken)
      .placeOrder(body, { idempotencyKey: randomUUID(), waitSeconds: 20 })
      .then(({ status }) => status)
      .catch((error: { status?: number }) => error.status ?? 0);
  };
  return Promise.all(Array.from({ length: BUYERS }, buy));
}

async function expectOneOrder(page: Page): Promise<void> {
  await page.getByRole('navigation').getByRole('link', { name: 'Orders' }).click();
  await page.getByRole('heading', { name: 'Your orders' }).waitFor();
  const orders = page.getByRole('main').getByRole('listitem');
  await orders.first().waitFor();
  expect(await orders.allInnerTexts()).toEqual([expect.stringContaining('Confirmed')]);
}
