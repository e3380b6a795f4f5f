import { stockLevels } from '@doorbuster/contracts';
import type { DemoProduct } from './demo-catalogue.js';
import { GatewayClient, type Answer } from './gateway-client.js';

const DEADLINE_MS = 30_000;
const AT_ONCE = 4;

/** Creates the products that are not there and gives them their first stock. Doing it again changes nothing. */
export async function seedCatalogue(gatewayUrl: string, products: readonly DemoProduct[]): Promise<void> {
  const gateway = await GatewayClient.asAdmin(gatewayUrl, 'seed', DEADLINE_MS);
  const waiting = [...products];
  const worker = async (): Promise<void> => {
    for (let product = waiting.shift(); product; product = waiting.shift())
      await seedProduct(gateway, product);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

async function seedProduct(gateway: GatewayClient, { stock, ...product }: DemoProduct): Promise<void> {
  const inventory = `/v1/inventory/${product.sku}`;
  const created = await gateway.call('/v1/products', { method: 'POST', body: product });
  expectOneOf([201, 409], created);
  const isKnown = created.status === 409;
  if (isKnown && hasReceivedStock(await gateway.call(inventory))) return;
  const adjusted = await gateway.call(`${inventory}/adjustments`, {
    method: 'POST',
    body: { delta: stock, reason: 'demo stock' },
    headers: { 'idempotency-key': `seed-${product.sku}` },
    retryOn: [404], // Inventory hears of a product by the catalog's event.
  });
  expectOneOf([200, 201], adjusted);
}

function hasReceivedStock({ status, body }: Answer): boolean {
  if (status === 404) return false;
  expectOneOf([200], { status, body });
  return stockLevels.parse(body).received > 0;
}

function expectOneOf(statuses: number[], { status, body }: Answer): void {
  if (statuses.includes(status)) return;
  throw new Error(`the gateway answered ${status} to the demo catalogue: ${JSON.stringify(body)}`);
}
