import { forEachOf } from '../each.js';
import type { Connections } from '../shop/http.js';
import { openCounter } from '../shop/counter.js';
import type { Desk } from '../shop/desk.js';

const AT_ONCE = 64;
const WAIT_SECONDS = 10;
const PATIENCE_MS = 20_000;

/** Orders of something else first: no shop opens a sale on processes whose code has never run. */
export async function warmUp(
  desk: Desk,
  connections: Connections,
  { sku, orders, tokens }: { sku: string; orders: number; tokens: readonly string[] },
): Promise<void> {
  if (orders === 0) return;
  await desk.putOnSale({ sku, name: 'Warm-up', units: orders });
  const counter = openCounter(connections, { sku }, tokens);
  await forEachOf(orders, AT_ONCE, async (i) => {
    await counter.viewProduct(i, PATIENCE_MS);
    await counter.placeOrder(i, {
      key: `warm-up-${i}`,
      method: 'pm_card_visa',
      waitSeconds: WAIT_SECONDS,
      patienceMs: PATIENCE_MS,
    });
  });
}
