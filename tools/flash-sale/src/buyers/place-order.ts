import type { Order, OrderEvent } from '@doorbuster/contracts';
import { outcomeOf, readOrderAnswer, retryAfterMs, type Reading } from './read-answer.js';
import type { Outcome } from './sale-event.js';
import { patienceLeftMs, pauseIfPatient, pauseMs, type Visit } from './visit.js';

/** Longer than a checkout takes at almost any load. A buyer who has no outcome by then reads the order. */
const WAIT_SECONDS = 10;

/**
 * One order to its end. After a lost answer, a 5xx or a 429 the same order is sent with the same key, which never makes a
 * second order. Once it is accepted the buyer stays until it is final, even without patience: they may have bought.
 */
export async function placeOrder(visit: Visit, nth: number, readyAtMs: number): Promise<Outcome> {
  const { floor, plan, record } = visit;
  const { client, clock, note } = floor;
  const order = {
    key: `${record.customerId}-order-${nth}`,
    method: plan.hasGoodCard ? 'pm_card_visa' : 'pm_card_chargeDeclined',
    waitSeconds: plan.follows ? undefined : WAIT_SECONDS,
  };
  for (let attempt = 0; ; attempt += 1) {
    record.lastAskedAtMs = clock.now();
    const reading = await readOrderAnswer(
      client.placeOrder(plan.number, { ...order, patienceMs: patienceLeftMs(visit) }),
    );
    if (reading.kind === 'ENDED') return end(visit, reading, readyAtMs);
    if (reading.kind === 'ACCEPTED') {
      note({ kind: 'ACCEPTED', tookMs: plan.follows ? clock.now() - readyAtMs : undefined });
      return followOrder(visit, reading.orderId, readyAtMs);
    }
    if (!(await pauseIfPatient(visit, pauseMs(visit, attempt, reading.afterMs)))) {
      return clock.isStopped ? 'INTERRUPTED' : 'GAVE_UP';
    }
    note({ kind: 'RETRIED', trouble: reading.trouble, said: reading.said });
  }
}

type Ended = Extract<Reading, { kind: 'ENDED' }>;

/** The first answer was already final. */
function end({ floor, record }: Visit, { outcome, reason, orderId }: Ended, readyAtMs: number): Outcome {
  record.reason = reason;
  if (orderId !== undefined) {
    record.orders.push({ id: orderId, outcome });
    floor.note({ kind: 'ACCEPTED', tookMs: undefined });
  }
  floor.note({ kind: 'SETTLED', outcome, tookMs: floor.clock.now() - readyAtMs });
  return outcome;
}

/** Follows an accepted order to its end: by its events if the buyer wants that, then by reading the order. */
async function followOrder(visit: Visit, orderId: string, readyAtMs: number): Promise<Outcome> {
  const { floor, plan, record } = visit;
  const { clock, options } = floor;
  const order = { id: orderId, outcome: 'UNFINISHED' as Outcome };
  record.orders.push(order);
  const deadline = clock.now() + options.settleMs;
  let final = plan.follows ? await finalEvent(visit, orderId) : undefined;
  for (let attempt = 0; final === undefined && clock.now() < deadline && !clock.isStopped; attempt += 1) {
    const answer = await floor.client.getOrder(plan.number, orderId).catch((error: unknown) => ({ error }));
    if ('error' in answer) await clock.pause(pauseMs(visit, attempt, retryAfterMs(answer.error)));
    else if (outcomeOf(answer) === undefined) await clock.pause(pauseMs(visit, attempt));
    else final = answer;
  }
  const outcome = final && outcomeOf(final);
  if (final === undefined || outcome === undefined) return clock.isStopped ? 'INTERRUPTED' : 'UNFINISHED';
  record.reason = final.reason ?? undefined;
  order.outcome = outcome;
  floor.note({ kind: 'SETTLED', outcome, tookMs: clock.now() - readyAtMs });
  return outcome;
}

/** `undefined` when the stream ends or breaks before the order is final. */
async function finalEvent(
  { floor: { client, options }, plan }: Visit,
  orderId: string,
): Promise<OrderEvent | Order | undefined> {
  try {
    for await (const event of client.orderEvents(plan.number, orderId, options.settleMs)) {
      if (outcomeOf(event) !== undefined) return event;
    }
  } catch {
    // The order itself is read instead.
  }
  return undefined;
}
