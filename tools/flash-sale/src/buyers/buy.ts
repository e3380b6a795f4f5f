import { placeOrder } from './place-order.js';
import type { BuyerPlan } from './plan.js';
import { failureOf, retryAfterMs } from './read-answer.js';
import type { BuyerRecord, Outcome } from './sale-event.js';
import { patienceLeftMs, pauseIfPatient, pauseMs, startVisit, type SaleFloor, type Visit } from './visit.js';

/** A whole visit: views the product, orders, and after "sold out" tries again for as long as patience lasts. */
export async function buy(floor: SaleFloor, plan: BuyerPlan): Promise<BuyerRecord> {
  const visit = startVisit(floor, plan);
  floor.note({ kind: 'ARRIVED' });
  const { record } = visit;
  record.outcome = await shop(visit);
  floor.note({ kind: 'LEFT', outcome: record.outcome, tookMs: floor.clock.now() - plan.arrivesAtMs });
  return record;
}

async function shop(visit: Visit): Promise<Outcome> {
  const { floor, plan } = visit;
  let readyAtMs = plan.arrivesAtMs;
  for (let page = 0; page < floor.options.browse; page += 1) {
    const seen = await look(visit, floor.client.viewProduct, readyAtMs);
    if (seen === undefined) return floor.clock.isStopped ? 'INTERRUPTED' : 'GAVE_UP';
    readyAtMs = floor.clock.now();
  }
  for (let order = 0; ; order += 1) {
    const outcome = await placeOrder(visit, order, readyAtMs);
    if (outcome === 'BOUGHT') return buyMore(visit, order + 1);
    if (outcome !== 'SOLD_OUT' || !plan.insists) return outcome;
    if (!(await unitComesBack(visit))) return floor.clock.isStopped ? 'INTERRUPTED' : 'SOLD_OUT';
    readyAtMs = floor.clock.now();
  }
}

/** Until the buyer has all that they want or is refused. They keep what they have, so the outcome is `BOUGHT`. */
async function buyMore(visit: Visit, from: number): Promise<Outcome> {
  const { floor, record } = visit;
  for (let bought = 1; bought < record.wanted && !floor.clock.isStopped; bought += 1) {
    const outcome = await placeOrder(visit, from + bought - 1, floor.clock.now());
    if (outcome !== 'BOUGHT') break;
  }
  return 'BOUGHT';
}

/** @returns whether the sale has a unit left before patience ends */
async function unitComesBack(visit: Visit): Promise<boolean> {
  for (let attempt = 2; await pauseIfPatient(visit, pauseMs(visit, attempt)); attempt += 1) {
    if (visit.floor.isSoldForGood()) return false;
    const sale = await look(visit, visit.floor.client.viewSale, visit.floor.clock.now());
    if (sale === undefined) return false;
    // Without a figure on the page, an order is worth a try.
    if ((sale.unitsLeft ?? 1) > 0) return true;
  }
  return false;
}

/** Retries until the page is there. @returns the page, or `undefined` when patience ended */
async function look<Page>(
  visit: Visit,
  view: (buyer: number, patienceMs: number) => Promise<Page>,
  readyAtMs: number,
): Promise<Page | undefined> {
  const { clock, note } = visit.floor;
  for (let attempt = 0; ; attempt += 1) {
    const askedAtMs = clock.now();
    try {
      const page = await view(visit.plan.number, patienceLeftMs(visit));
      visit.record.lastAskedAtMs = askedAtMs;
      note({ kind: 'VIEWED', tookMs: clock.now() - readyAtMs });
      return page;
    } catch (error) {
      if (!(await pauseIfPatient(visit, pauseMs(visit, attempt, retryAfterMs(error))))) return undefined;
      note({ kind: 'RETRIED', ...failureOf(error) });
    }
  }
}
