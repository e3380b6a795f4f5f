import { buy } from '../buyers/buy.js';
import { planBuyers } from '../buyers/plan.js';
import type { BuyerRecord } from '../buyers/sale-event.js';
import type { SaleFloor } from '../buyers/visit.js';
import type { SaleOptions } from '../options.js';
import { Recorder } from '../record/recorder.js';
import { seededRandom } from '../seeded-random.js';
import type { AdminClient } from '../shop/admin-client.js';
import { openBuyerClient, type Offer } from '../shop/buyer-client.js';
import type { ConnectionPools } from '../shop/connection-pools.js';
import { killInTheMiddle, type Kill } from './chaos.js';
import { startClock, type Clock } from './clock.js';
import { watchStock, type StockSample } from './stock-watch.js';
import type { Venue } from './venue.js';

export interface PreparedSale {
  options: SaleOptions;
  venue: Venue;
  admin: AdminClient;
  connections: ConnectionPools;
  /** Makes keys and customers of this sale different from those of any other. */
  name: string;
  offer: Offer;
  /** Of the buyers, by their numbers. */
  tokens: readonly string[];
}

/** A sale as it can be watched. */
export interface RunningSale {
  recorder: Recorder;
  clock: Clock;
  samples: readonly StockSample[];
  kills: readonly Kill[];
}

export interface HeldSale extends RunningSale {
  openedAt: Date;
  buyers: BuyerRecord[];
}

/** From the first buyer to the last. `watch` is called at the opening. */
export async function holdSale(
  sale: PreparedSale,
  stop: AbortSignal,
  watch: (view: RunningSale) => void,
): Promise<HeldSale> {
  const { options, venue, admin, connections, name, offer, tokens } = sale;
  const random = seededRandom(options.seed);
  const plans = planBuyers(options, random);
  const recorder = new Recorder(options.stock);
  const openedAt = new Date();
  const clock = startClock(stop);
  const stock = watchStock(admin, offer.sku, clock, venue.platform);
  const kills: Kill[] = [];
  const view: RunningSale = { recorder, clock, samples: stock.samples, kills };
  watch(view);
  const floor: SaleFloor = {
    client: openBuyerClient(connections, offer, tokens),
    clock,
    random,
    name,
    options,
    note: (event) => recorder.note(clock.now(), event),
    isSoldForGood() {
      const now = stock.samples.at(-1);
      return now !== undefined && now.sold >= options.stock && now.reserved === 0;
    },
  };
  const shareSold = (): number => (recorder.totals.orders.BOUGHT ?? 0) / options.stock;
  const chaos =
    options.chaos && venue.platform
      ? killInTheMiddle(venue.platform, clock, shareSold, (kill) => kills.push(kill))
      : undefined;
  const visits: Promise<BuyerRecord>[] = [];
  for (const plan of plans) {
    // A buyer enters when due, however many are inside: a slow shop must not slow down the arrivals.
    if (plan.arrivesAtMs > clock.now()) await clock.pause(plan.arrivesAtMs - clock.now());
    if (clock.isStopped) break;
    visits.push(buy(floor, plan));
  }
  const buyers = await Promise.all(visits);
  await chaos;
  await stock.end();
  recorder.timeline.seal();
  return { ...view, openedAt, buyers };
}
