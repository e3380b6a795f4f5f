import { afterAll, afterEach, beforeAll } from 'vitest';
import { accessibility } from './accessibility.js';
import { flashSales } from './flash-sales.js';
import { World } from './fixtures/world.js';
import { purchases } from './purchases.js';

// One file: each would start a platform and a browser of its own.
let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterEach(() => world.closeVisits());
afterAll(async () => {
  await world?.shop.expectAllPromisesKept();
  await world?.stop();
});

purchases(() => world);
flashSales(() => world);
accessibility(() => world);
