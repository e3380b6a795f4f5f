import { readOrderAnswer, type Reading } from '../shop/read-answer.js';
import { followOrder } from './follow-order.js';
import type { Outcome } from './sale-event.js';
import { bePatient, patienceLeftMs, pauseMs, type Visit } from './visit.js';

/** Longer than a checkout takes at almost any load; whoever still has no outcome then asks for it. */
const WAIT_SECONDS = 10;

/**
 * One order to its end. A lost answer, a 5xx, a 429: the same order with the same key again, which can never become
 * two. Once it is accepted the buyer stays until it is final, patient or not: they may have bought something.
 */
export async function placeOrder(visit: Visit, nth: number, readyAtMs: number): Promise<Outcome> {
  const { floor, plan, record } = visit;
  const { counter, clock, note } = floor;
  const order = {
    key: `${record.customerId}-order-${nth}`,
    method: plan.hasGoodCard ? 'pm_card_visa' : 'pm_card_chargeDeclined',
    waitSeconds: plan.follows ? undefined : WAIT_SECONDS,
  };
  for (let attempt = 0; ; attempt += 1) {
    record.lastAskedAtMs = clock.now();
    const reading = readOrderAnswer(
      await counter.placeOrder(plan.number, { ...order, patienceMs: patienceLeftMs(visit) }),
    );
    if (reading.kind === 'ENDED') return end(visit, reading, readyAtMs);
    if (reading.kind === 'ACCEPTED') {
      note({ kind: 'ACCEPTED', tookMs: plan.follows ? clock.now() - readyAtMs : undefined });
      return followOrder(visit, reading.orderId, readyAtMs);
    }
    if (!(await bePatient(visit, pauseMs(visit, attempt, reading.afterMs)))) {
      return clock.isStopped ? 'INTERRUPTED' : 'GAVE_UP';
    }
    note({ kind: 'RETRIED', trouble: reading.trouble, said: reading.said });
  }
}

type Ended = Extract<Reading, { kind: 'ENDED' }>;

/** The first answer was already the last. */
function end({ floor, record }: Visit, { outcome, reason, orderId }: Ended, readyAtMs: number): Outcome {
  record.reason = reason;
  if (orderId !== undefined) {
    record.orders.push({ id: orderId, outcome });
    floor.note({ kind: 'ACCEPTED', tookMs: undefined });
  }
  floor.note({ kind: 'SETTLED', outcome, tookMs: floor.clock.now() - readyAtMs });
  return outcome;
}
