import { readAvailable, troubleOf } from '../shop/read-answer.js';
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
  for (let look = 0; look < floor.options.browse; look += 1) {
    const seen = await viewProduct(visit, readyAtMs);
    if (seen === undefined) return floor.clock.isStopped ? 'INTERRUPTED' : 'GAVE_UP';
    readyAtMs = floor.clock.now();
  }
  for (let order = 0; ; order += 1) {
    const outcome = await placeOrder(visit, order, readyAtMs);
    if (outcome !== 'SOLD_OUT' || !plan.insists) return outcome;
    if (!(await unitComesBack(visit))) return floor.clock.isStopped ? 'INTERRUPTED' : 'SOLD_OUT';
    readyAtMs = floor.clock.now();
  }
}

/** @returns whether the page shows a unit before patience ends */
async function unitComesBack(visit: Visit): Promise<boolean> {
  for (let attempt = 2; await bePatient(visit, pauseMs(visit, attempt)); attempt += 1) {
    if (visit.floor.isSoldForGood()) return false;
    const available = await viewProduct(visit, visit.floor.clock.now());
    if (available === undefined) return false;
    if (available > 0) return true;
  }
  return false;
}

/** Tries until the page is there. @returns the units it shows, or `undefined` when patience ended */
async function viewProduct(visit: Visit, readyAtMs: number): Promise<number | undefined> {
  const { counter, clock, note } = visit.floor;
  for (let attempt = 0; ; attempt += 1) {
    const askedAtMs = clock.now();
    const answer = await counter.viewProduct(visit.plan.number, patienceLeftMs(visit));
    if (answer?.status === 200) {
      visit.record.lastAskedAtMs = askedAtMs;
      note({ kind: 'VIEWED', tookMs: clock.now() - readyAtMs });
      // Who is not shown a figure may as well try.
      return readAvailable(answer) ?? 1;
    }
    if (!(await bePatient(visit, pauseMs(visit, attempt, answer?.retryAfterMs)))) return undefined;
    note({ kind: 'RETRIED', ...troubleOf(answer) });
  }
}
