import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Link } from '@tanstack/react-router';
import { PLAIN_LINK } from '../ui/classes.js';
import { LoadError } from '../ui/notice.js';
import { Page } from '../ui/page.js';
import { HomePage } from './home/home-page.js';
import { Layout } from './layout.js';

const NotFound = () => (
  <Page title="There is no such page">
    <p>
      Look around from the{' '}
      <Link to="/" className={PLAIN_LINK}>
        first page
      </Link>
      , or search above.
    </p>
  </Page>
);

const root = createRootRoute({
  component: Layout,
  notFoundComponent: NotFound,
  errorComponent: () => (
    <Page title="Something went wrong">
      <LoadError retry={() => location.reload()} />
    </Page>
  ),
});

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value.slice(0, 200) : undefined;

/** Fields that are absent stay out of the address. */
const search =
  <N extends string>(...names: N[]) =>
  (raw: Record<string, unknown>): Partial<Record<N, string>> =>
    Object.fromEntries(
      names.flatMap((name) => (text(raw[name]) === undefined ? [] : [[name, text(raw[name])]])),
    ) as Partial<Record<N, string>>;

const under = { getParentRoute: () => root } as const;

const home = createRoute({ ...under, path: '/', component: HomePage });
const products = createRoute({
  ...under,
  path: '/products',
  validateSearch: search('q', 'category', 'sort'),
  component: lazyRouteComponent(() => import('./products/products-page.js'), 'ProductsPage'),
});
const product = createRoute({
  ...under,
  path: '/products/$sku',
  component: lazyRouteComponent(() => import('./products/product-page.js'), 'ProductPage'),
});
const sale = createRoute({
  ...under,
  path: '/sales/$id',
  component: lazyRouteComponent(() => import('./sale/sale-page.js'), 'SalePage'),
});
const cart = createRoute({
  ...under,
  path: '/cart',
  component: lazyRouteComponent(() => import('./cart/cart-page.js'), 'CartPage'),
});
const checkout = createRoute({
  ...under,
  path: '/checkout',
  component: lazyRouteComponent(() => import('./checkout/checkout-page.js'), 'CheckoutPage'),
});
const orders = createRoute({
  ...under,
  path: '/orders',
  component: lazyRouteComponent(() => import('./orders/orders-page.js'), 'OrdersPage'),
});
const order = createRoute({
  ...under,
  path: '/orders/$id',
  component: lazyRouteComponent(() => import('./orders/order-page.js'), 'OrderPage'),
});
const account = createRoute({
  ...under,
  path: '/account',
  validateSearch: search('returnTo'),
  component: lazyRouteComponent(() => import('./account/account-page.js'), 'AccountPage'),
});
const callback = createRoute({
  ...under,
  path: '/callback',
  component: lazyRouteComponent(() => import('./account/callback-page.js'), 'CallbackPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    products,
    product,
    sale,
    cart,
    checkout,
    orders,
    order,
    account,
    callback,
  ]),
  scrollRestoration: true,
  defaultPreload: 'intent',
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
