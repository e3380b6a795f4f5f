import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { expectText, register, type World } from './fixtures/world.js';

export function purchases(world: () => World): void {
  describe('a customer in a browser', () => {
    it('finds something, puts it in the cart, logs in, pays, sees it charged, and cancels', async () => {
      const page = await world().open('/');
      await page.getByRole('searchbox').fill('lamp');
      await page.getByRole('searchbox').press('Enter');
      await page.getByRole('link', { name: 'Arc desk lamp' }).click();
      await page.getByLabel('Quantity').selectOption('2');
      await page.getByRole('button', { name: 'Add to cart' }).click();
      await page.getByRole('link', { name: 'Go to the cart' }).click();
      await page.getByRole('link', { name: 'Go to checkout' }).click();
      await page.getByRole('main').getByRole('link', { name: 'Log in' }).click();
      await register(page, 'ann@example.com');
      await page.getByRole('button', { name: 'Pay $129.00' }).click();
      await expectText(page, 'Thank you. It is yours.');
      await expectText(page, 'Your card is charged');
      expect(await page.getByRole('link', { name: 'Cart', exact: true }).count()).toBe(1);

      await page.getByRole('button', { name: 'Cancel this order' }).click();
      await page.getByRole('button', { name: 'Yes, cancel it' }).click();
      await expectText(page, 'The order is cancelled');
      await expectText(page, 'Your money is on its way back');
      await page.getByRole('navigation').getByRole('link', { name: 'Orders' }).click();
      await expectText(page, 'Cancelled');
    });

    it('buys with the keyboard alone', async () => {
      const page = await world().open('/products/KETTLE-POUR');
      await tabTo(page, 'Add to cart');
      await page.keyboard.press('Enter');
      await tabTo(page, 'Go to the cart');
      await page.keyboard.press('Enter');
      await page.waitForURL('**/cart');
      await tabTo(page, 'Go to checkout');
      await page.keyboard.press('Enter');
      await tabTo(page, 'Log in', 'main');
      await page.keyboard.press('Enter');
      await tabTo(page, 'Log in or register');
      await page.keyboard.press('Enter');
      await page.waitForURL('**/id/**');
      await tabTo(page, 'Create an account');
      await page.keyboard.press('Enter');
      await page.waitForURL('**/register');
      await tabTo(page, 'Email address');
      await page.keyboard.type('keys@example.com');
      await tabTo(page, 'Password');
      await page.keyboard.type('correct horse battery');
      await page.keyboard.press('Enter');
      await page.waitForURL('**/checkout');
      await tabTo(page, 'Pay $79.00');
      await page.keyboard.press('Enter');
      await expectText(page, 'Thank you. It is yours.');
    });

    it('logs in by any name where no provider answers', async () => {
      const page = await world().open('/');
      await page.route('**/id/.well-known/openid-configuration', (route) => route.fulfill({ status: 404 }));
      await page.getByRole('navigation').getByRole('link', { name: 'Log in' }).click();
      await page.getByLabel('Your name').fill('  ');
      await page.getByRole('button', { name: 'Log in' }).click();
      await expectText(page, 'Type a name with at least one letter or digit.');
      await page.getByLabel('Your name').fill('Zoë Müller');
      await page.getByRole('button', { name: 'Log in' }).click();
      await page.getByRole('navigation').getByRole('link', { name: 'Account' }).click();
      await expectText(page, 'zoe-muller');
    });

    it('renews the login once for two tabs, since a refresh token that is used twice ends it', async () => {
      const page = await world().open('/account?returnTo=/orders');
      await register(page, 'two-tabs@example.com');
      await page.waitForURL('**/orders');
      const other = await page.context().newPage();
      await other.goto('/orders');
      await expectText(other, 'You have not ordered anything yet.');
      let renewals = 0;
      await page.context().route('**/id/token', (route) => {
        renewals += 1;
        return route.continue();
      });
      // The token ends within a minute in both tabs, and both ask at the same time.
      const ending = `const kept = JSON.parse(sessionStorage.getItem('doorbuster.session'));
        sessionStorage.setItem('doorbuster.session', JSON.stringify({ ...kept, expiresAt: Date.now() + 5_000 }))`;
      for (const tab of [page, other]) await tab.evaluate(ending);
      await Promise.all([page, other].map((tab) => tab.reload()));
      for (const tab of [page, other]) await expectText(tab, 'You have not ordered anything yet.');
      expect(renewals).toBe(1);
    });

    it('is told that the bank declined the card, and pays with another one', async () => {
      const page = await world().openAs('dee-clined', '/products/CHARGER-65W');
      await page.getByRole('button', { name: 'Add to cart' }).click();
      await page.getByRole('link', { name: 'Go to the cart' }).click();
      await page.getByRole('link', { name: 'Go to checkout' }).click();
      await page.getByLabel('Declined card').check();
      await page.getByRole('button', { name: 'Pay $39.99' }).click();
      await expectText(page, 'Your bank declined the card');
      await expectText(page, 'Your items went back to the shelf');
    });
  });
}

const TABS_MAX = 60;

/** Presses Tab until the control of this name has the focus. */
async function tabTo(page: Page, name: string, within = 'body'): Promise<void> {
  await page.locator(within).locator(`:is(a, button, input, label):has-text("${name}")`).first().waitFor();
  for (let presses = 0; presses < TABS_MAX; presses += 1) {
    await page.keyboard.press('Tab');
    const focused = await page.locator(within).locator(':focus').evaluateAll(namesOf);
    if (focused[0]?.trim().startsWith(name)) return;
  }
  throw new Error(`Tab does not reach "${name}" on ${page.url()}`);
}

/** In the page. */
const namesOf = (elements: { textContent: string | null }[]): string[] =>
  elements.map((element) => {
    const { labels } = element as { labels?: { textContent: string | null }[] };
    return labels?.[0]?.textContent ?? element.textContent ?? '';
  });
