import { readOrder } from '../shop/read-answer.js';
import type { Outcome } from './sale-event.js';
import { pauseMs, type Visit } from './visit.js';

/** Follows an accepted order to its end: by its feed for who wanted that, and by asking when there is none (any more). */
export async function followOrder(visit: Visit, orderId: string, readyAtMs: number): Promise<Outcome> {
  const { floor, plan, record } = visit;
  const { clock, options } = floor;
  const order = { id: orderId, outcome: 'UNFINISHED' as Outcome };
  record.orders.push(order);
  const deadline = clock.now() + options.settleMs;
  let end = plan.follows ? await listen(visit, orderId) : undefined;
  for (let attempt = 0; end === undefined && clock.now() < deadline && !clock.isStopped; attempt += 1) {
    const answer = await floor.counter.getOrder(plan.number, orderId);
    end = readOrder(answer?.body);
    if (end === undefined) await clock.pause(pauseMs(visit, attempt, answer?.retryAfterMs));
  }
  if (end === undefined) return clock.isStopped ? 'INTERRUPTED' : 'UNFINISHED';
  record.reason = end.reason;
  order.outcome = end.outcome;
  floor.note({ kind: 'SETTLED', outcome: end.outcome, tookMs: clock.now() - readyAtMs });
  return end.outcome;
}

async function listen({ floor: { counter, options }, plan }: Visit, orderId: string) {
  for await (const event of counter.followOrder(plan.number, orderId, options.settleMs)) {
    const end = readOrder(event);
    if (end !== undefined) return end;
  }
  return undefined;
}
