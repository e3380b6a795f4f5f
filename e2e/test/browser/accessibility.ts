import type { SaleStatus } from '@doorbuster/contracts';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { screenshot, wantsScreenshots } from './fixtures/browser.js';
import { expectAccessible, type World } from './fixtures/world.js';

const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1_280, height: 800 };

interface Look extends BrowserContextOptions {
  colorScheme: 'light' | 'dark';
  /** Colours and sizes are what differs between looks. */
  rules?: string[];
}

const LOOKS: Record<string, Look> = {
  'phone-light': { viewport: PHONE, colorScheme: 'light' },
  'desktop-dark': { viewport: DESKTOP, colorScheme: 'dark', rules: ['color-contrast', 'target-size'] },
  // What 200 % zoom leaves of a small desktop.
  'zoomed-light': { viewport: { width: 640, height: 400 }, colorScheme: 'light', rules: [] },
  ...(wantsScreenshots && {
    'phone-dark': { viewport: PHONE, colorScheme: 'dark', rules: [] },
    'desktop-light': { viewport: DESKTOP, colorScheme: 'light', rules: [] },
  }),
};

export function accessibility(world: () => World): void {
  it.each(Object.entries(LOOKS))(
    'no page violates WCAG 2.2 AA or is wider than the screen: %s',
    async (look, { rules, ...options }) => {
      const { shop } = world();
      const page = await world().openAs(`look-${look}`, '/', { ...options, reducedMotion: 'reduce' });
      const { items: sales } = await shop.customer.listSales({ limit: 100 });
      const saleIn = (status: SaleStatus): string =>
        `/sales/${sales.find((sale) => sale.status === status)?.id}`;
      const show = async (name: string, path?: string): Promise<void> => {
        if (path !== undefined) await page.goto(path);
        await page.getByRole('heading', { level: 1 }).waitFor();
        if (wantsScreenshots) await page.waitForLoadState('networkidle');
        if (rules?.length !== 0) await expectAccessible(page, rules);
        await expectNoSideways(page);
        await screenshot(page, `${name}-${look}`);
      };
      await show('home', '/');
      await show('search', '/products?q=shirt');
      await show('nothing-found', '/products?q=zzzz');
      await show('orders-none', '/orders');
      await show('cart-empty', '/cart');
      await show('sale-soon', saleIn('SCHEDULED'));
      await show('sale-open', saleIn('OPEN'));
      await show('product', '/products/HEADPHONES-HUSH');
      await page.getByRole('button', { name: 'Add to cart' }).click();
      await show('product-added');
      await show('cart', '/cart');
      await show('checkout', '/checkout');
      await page.getByRole('button', { name: 'Pay $279.00' }).click();
      await page.getByText('Your card is charged').waitFor();
      await show('order');
      await page.getByRole('button', { name: 'Cancel this order' }).click();
      await show('order-cancel');
      await show('orders', '/orders');
      await show('account', '/account');
      await page.getByRole('button', { name: 'Log out' }).click();
      await page.getByRole('button', { name: 'Log in or register' }).waitFor();
      await show('login');
      await show('missing', '/no/such/page');
      await show('about', '/about');
    },
  );

  it('finds a violation where there is one', async () => {
    const page = await world().open('/cart');
    await page.getByRole('heading', { level: 1 }).evaluate((heading) => {
      heading.outerHTML = '<img src="/none"><button></button>';
    });
    await expect(expectAccessible(page, ['image-alt'])).rejects.toThrow('deeply equal');
    await expect(expectAccessible(page, ['button-name'])).rejects.toThrow('deeply equal');
    await expectAccessible(page, ['html-has-lang']);
  });
}

/** https://www.w3.org/TR/WCAG22/#reflow */
async function expectNoSideways(page: Page): Promise<void> {
  const [content = 0, screen = 0] = await page.evaluate<number[]>(
    '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
  );
  if (content > screen) throw new Error(`${page.url()} is ${content} px wide on a screen of ${screen} px`);
}
