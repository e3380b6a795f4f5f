import { launchPlatform, type LaunchedPlatform } from '@doorbuster/platform';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Shop, type Item } from './fixtures/shop.js';

let platform: LaunchedPlatform;
let shop: Shop;
let shops: Shop[];
beforeAll(async () => {
  platform = await launchPlatform({
    env: { RATE_LIMIT: 'off', REPLICAS_ORDERS: '2', REPLICAS_INVENTORY: '2' },
  });
  shops = await Shop.openFor(platform, CUSTOMERS);
  shop = shops[0] as Shop;
});
afterAll(() => platform?.dispose());

const BUYERS = 200;
const CUSTOMERS = 10;
/** The buyers share the customers' accounts. */
const shopOf = (buyer: number): Shop => shops[buyer % CUSTOMERS] as Shop;
const UNITS = 100;

it('200 buyers at once for 100 units: 100 are sold, nobody is refused while stock is left', async () => {
  await shop.stockUp('TICKET', UNITS);
  const answers = await Promise.all(
    Array.from({ length: BUYERS }, (_, i) => shopOf(i).buy([{ sku: 'TICKET', quantity: 1 }], { wait: 30 })),
  );
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(UNITS);
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(BUYERS - UNITS);
  await shop.expectAllPromisesKept();
  expect(await shop.levels('TICKET')).toEqual({
    sku: 'TICKET',
    available: 0,
    reserved: 0,
    sold: UNITS,
    received: UNITS,
    setAside: 0,
  });
});

it('mixed orders of one and more lines, in every order of SKUs: no deadlock, no 5xx, all sold', async () => {
  const skus = ['RED', 'GREEN', 'BLUE'];
  for (const sku of skus) await shop.stockUp(sku, UNITS);
  // Each third of the buyers wants another pair, in another order; single-line buyers take what pairs leave over.
  const wants = (i: number): Item[] => {
    const first = { sku: skus[i % 3] as string, quantity: 1 };
    return i % 2 === 0
      ? [first]
      : [first, { sku: skus[(i + 1 + (i % 4 === 1 ? 0 : 1)) % 3] as string, quantity: 1 }];
  };
  const answers = await Promise.all(
    Array.from({ length: BUYERS }, async (_, i) => ({
      items: wants(i),
      answer: await shopOf(i).buy(wants(i), { wait: 30 }),
    })),
  );
  expect(answers.filter(({ answer }) => ![201, 409].includes(answer.status))).toEqual([]);
  await shop.expectAllPromisesKept();
  for (const sku of skus) {
    const bought = answers.filter(
      ({ items, answer }) => answer.status === 201 && items.some((item) => item.sku === sku),
    );
    const { available, sold } = await shop.levels(sku);
    expect(sold).toBe(bought.length);
    const refusedAlone = answers.some(
      ({ items, answer }) => answer.status === 409 && items.length === 1 && items[0]?.sku === sku,
    );
    if (refusedAlone) expect(available).toBe(0);
    if (available > 0)
      expect(await shop.buy([{ sku, quantity: available }], { wait: 30 })).toMatchObject({ status: 201 });
  }
  await shop.expectAllPromisesKept();
});
