import type { Answer } from '../shop/http.js';
import { readUnitsLeft, troubleOf } from '../shop/read-answer.js';
import type { Counter } from '../shop/counter.js';
import { placeOrder } from './place-order.js';
import type { BuyerPlan } from './plan.js';
import type { BuyerRecord, Outcome } from './sale-event.js';
import { bePatient, enter, patienceLeftMs, pauseMs, type SaleFloor, type Visit } from './visit.js';

/** A whole visit: looks at the product, orders, and, when told "sold out", looks again for as long as patience lasts. */
export async function buy(floor: SaleFloor, plan: BuyerPlan): Promise<BuyerRecord> {
  const visit = enter(floor, plan);
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
    const seen = await look(visit, floor.counter.viewProduct, readyAtMs);
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

/** Until they have all that they want or are refused. What they have bought by then is theirs, so that is the outcome. */
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
  for (let attempt = 2; await bePatient(visit, pauseMs(visit, attempt)); attempt += 1) {
    if (visit.floor.isSoldForGood()) return false;
    const seen = await look(visit, visit.floor.counter.viewSale, visit.floor.clock.now());
    if (seen === undefined) return false;
    // Who is not shown a figure may as well try.
    if ((readUnitsLeft(seen) ?? 1) > 0) return true;
  }
  return false;
}

/** Tries until the page is there. @returns the page, or `undefined` when patience ended */
async function look(visit: Visit, page: Counter['viewSale'], readyAtMs: number): Promise<Answer | undefined> {
  const { clock, note } = visit.floor;
  for (let attempt = 0; ; attempt += 1) {
    const askedAtMs = clock.now();
    const answer = await page(visit.plan.number, patienceLeftMs(visit));
    if (answer?.status === 200) {
      visit.record.lastAskedAtMs = askedAtMs;
      note({ kind: 'VIEWED', tookMs: clock.now() - readyAtMs });
      return answer;
    }
    if (!(await bePatient(visit, pauseMs(visit, attempt, answer?.retryAfterMs)))) return undefined;
    note({ kind: 'RETRIED', ...troubleOf(answer) });
  }
}
