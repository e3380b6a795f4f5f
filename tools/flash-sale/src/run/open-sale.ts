import { openDesk, type Desk } from '../shop/desk.js';
import { openCounter, type Offer } from '../shop/counter.js';
import { Connections } from '../shop/http.js';
import { readOrderAnswer } from '../shop/read-answer.js';
import type { SaleOptions } from '../options.js';
import { issueTokens, type Sale } from './hold-sale.js';
import type { Venue } from './venue.js';
import { warmUp } from './warm-up.js';

const REHEARSALS_MAX = 20;
const PAUSE_MS = 250;

/** Everything that is done before noon: stock, the sale, customers, a rehearsal. */
export async function openSale(
  options: SaleOptions,
  venue: Venue,
  stop: AbortSignal,
  say: (line: string) => void,
): Promise<Sale> {
  const name = `flash-${Date.now().toString(36)}`;
  const sku = name.toUpperCase();
  const desk = await openDesk(venue.url, options.adminToken);
  const connections = new Connections(venue.url, Math.min(options.connections, options.buyers));
  try {
    await desk.putOnSale({ sku, name: 'Midnight Runner, first edition', units: options.stock });
    const saleId = await desk.openSale({ sku, units: options.stock, limitPerCustomer: options.limit });
    const offer = { sku, saleId };
    say(`${options.stock} units of ${sku} on sale; ${options.buyers} buyers sign in`);
    const tokens = await issueTokens(desk, options, name, stop);
    if (options.warmUp > 0) say(`warm-up: ${options.warmUp} orders of something else`);
    await warmUp(desk, connections, { sku: `${sku}-WARM-UP`, orders: options.warmUp, tokens });
    stop.throwIfAborted();
    await rehearse(desk, connections, offer);
    return { options, venue, desk, connections, name, offer, tokens };
  } catch (error) {
    await Promise.all([desk.close(), connections.close()]);
    throw error;
  }
}

/** One order that is declined: so the product is known everywhere, and the way through all services is open. */
async function rehearse(desk: Desk, connections: Connections, offer: Offer): Promise<void> {
  const counter = openCounter(connections, offer, [await desk.tokenOf(`${offer.sku}-rehearsal`)]);
  let last: unknown;
  for (let attempt = 0; attempt < REHEARSALS_MAX; attempt += 1) {
    const answer = await counter.placeOrder(0, {
      key: `rehearsal-${attempt}`,
      method: 'pm_card_chargeDeclined',
      waitSeconds: 10,
      patienceMs: 20_000,
    });
    const reading = readOrderAnswer(answer);
    if (reading.kind === 'ENDED' && reading.outcome === 'DECLINED') return;
    last = answer;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  throw new Error(`a rehearsal with a declined card should be answered 402, was: ${JSON.stringify(last)}`);
}
