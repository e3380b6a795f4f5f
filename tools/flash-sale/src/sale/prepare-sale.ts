import type { SaleOptions } from '../options.js';
import { readOrderAnswer } from '../buyers/read-answer.js';
import { customerOf } from '../buyers/visit.js';
import { AdminClient } from '../shop/admin-client.js';
import { openBuyerClient, type Offer } from '../shop/buyer-client.js';
import { ConnectionPools } from '../shop/connection-pools.js';
import type { PreparedSale } from './hold-sale.js';
import type { Venue } from './venue.js';

const REHEARSALS_MAX = 20;
const REHEARSAL_PAUSE_MS = 250;
const AT_ONCE = 64;
const ORDER = { waitSeconds: 10, patienceMs: 20_000 };

/** Everything before the opening: stock, the sale, the customers' tokens, a warm-up and a rehearsal. */
export async function prepareSale(
  options: SaleOptions,
  venue: Venue,
  stop: AbortSignal,
  say: (line: string) => void,
): Promise<PreparedSale> {
  const name = `flash-${Date.now().toString(36)}`;
  const sku = name.toUpperCase();
  const admin = await AdminClient.open(venue.url, options.adminToken);
  const connections = new ConnectionPools(venue.url, Math.min(options.connections, options.buyers));
  try {
    await admin.createProduct({ sku, name: 'Midnight Runner, first edition', units: options.stock });
    const saleId = await admin.openSale({ sku, units: options.stock, limitPerCustomer: options.limit });
    const offer = { sku, saleId };
    say(`${options.stock} units of ${sku} on sale; ${options.buyers} buyers sign in`);
    const tokens: string[] = [];
    await forEachOf(options.buyers, async (i) => {
      stop.throwIfAborted();
      tokens[i] = await admin.issueToken(customerOf(name, i));
    });
    if (options.warmUp > 0) {
      say(`warm-up: ${options.warmUp} orders of another product`);
      await warmUp(admin, connections, { sku: `${sku}-WARM-UP`, orders: options.warmUp, tokens });
    }
    stop.throwIfAborted();
    await rehearse(admin, connections, offer);
    return { options, venue, admin, connections, name, offer, tokens };
  } catch (error) {
    await Promise.all([admin.close(), connections.close()]);
    throw error;
  }
}

/** Orders of another product, so that the sale does not open on processes whose code has never run. */
async function warmUp(
  admin: AdminClient,
  connections: ConnectionPools,
  { sku, orders, tokens }: { sku: string; orders: number; tokens: readonly string[] },
): Promise<void> {
  await admin.createProduct({ sku, name: 'Warm-up', units: orders });
  const client = openBuyerClient(connections, { sku }, tokens);
  await forEachOf(orders, async (i) => {
    await client.viewProduct(i, ORDER.patienceMs).catch(() => undefined);
    await readOrderAnswer(client.placeOrder(i, { ...ORDER, key: `warm-up-${i}`, method: 'pm_card_visa' }));
  });
}

/** One order that is declined, so every service knows the product and has handled a message. */
async function rehearse(admin: AdminClient, connections: ConnectionPools, offer: Offer): Promise<void> {
  const client = openBuyerClient(connections, offer, [await admin.issueToken(`${offer.sku}-rehearsal`)]);
  let last: unknown;
  for (let attempt = 0; attempt < REHEARSALS_MAX; attempt += 1) {
    const method = 'pm_card_chargeDeclined';
    const reading = await readOrderAnswer(
      client.placeOrder(0, { ...ORDER, key: `rehearsal-${attempt}`, method }),
    );
    if (reading.kind === 'ENDED' && reading.outcome === 'DECLINED') return;
    last = reading;
    await new Promise((resolve) => setTimeout(resolve, REHEARSAL_PAUSE_MS));
  }
  throw new Error(`a rehearsal with a declined card should be answered 402, was: ${JSON.stringify(last)}`);
}

/** Does the work for 0, 1, 2, … up to `count`, with a bounded number at the same time. */
async function forEachOf(count: number, work: (i: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const i = next;
      next += 1;
      await work(i);
    }
  };
  await Promise.all(Array.from({ length: Math.min(count, AT_ONCE) }, worker));
}
