import { buy } from '../buyers/buy.js';
import { planBuyers } from '../buyers/plan.js';
import type { BuyerRecord } from '../buyers/sale-event.js';
import { customerOf, type SaleFloor } from '../buyers/visit.js';
import { startClock, type Clock } from '../clock.js';
import { seededDice } from '../dice.js';
import { forEachOf } from '../each.js';
import type { SaleOptions } from '../options.js';
import { Recorder } from '../record/recorder.js';
import { openCounter, type Offer } from '../shop/counter.js';
import type { Desk } from '../shop/desk.js';
import type { Connections } from '../shop/http.js';
import { killInTheMiddle, type Kill } from './chaos.js';
import { watchStock, type StockSample } from './stock-watch.js';
import type { Venue } from './venue.js';

export interface Sale {
  options: SaleOptions;
  venue: Venue;
  desk: Desk;
  connections: Connections;
  /** Makes keys and customers of this sale different from those of any other. */
  name: string;
  offer: Offer;
  /** Of the buyers, by their numbers. */
  tokens: readonly string[];
}

/** What can be seen of a sale while it goes on. */
export interface SaleView {
  recorder: Recorder;
  clock: Clock;
  samples: readonly StockSample[];
  kills: readonly Kill[];
}

export interface HeldSale extends SaleView {
  openedAt: Date;
  buyers: BuyerRecord[];
}

const TOKENS_AT_ONCE = 64;

export async function issueTokens(
  desk: Desk,
  { buyers }: SaleOptions,
  name: string,
  stop: AbortSignal,
): Promise<string[]> {
  const tokens: string[] = [];
  await forEachOf(buyers, TOKENS_AT_ONCE, async (i) => {
    stop.throwIfAborted();
    tokens[i] = await desk.tokenOf(customerOf(name, i));
  });
  return tokens;
}

/** From the first buyer to the last. `watch` gets to see it from the opening on. */
export async function holdSale(
  sale: Sale,
  stop: AbortSignal,
  watch: (view: SaleView) => void,
): Promise<HeldSale> {
  const { options, venue, desk, connections, name, offer, tokens } = sale;
  const dice = seededDice(options.seed);
  const plans = planBuyers(options, dice);
  const recorder = new Recorder(options.stock);
  const openedAt = new Date();
  const clock = startClock(stop);
  const stock = watchStock(desk, offer.sku, clock, venue.platform);
  const kills: Kill[] = [];
  const view: SaleView = { recorder, clock, samples: stock.samples, kills };
  watch(view);
  const floor: SaleFloor = {
    counter: openCounter(connections, offer, tokens),
    clock,
    dice,
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
    // Nobody waits for anybody: who is due enters, however many are inside.
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
