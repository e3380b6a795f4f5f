import { stockDepleted, stockReplenished } from '@doorbuster/contracts';
import { newEvent, type OutgoingEvent } from '@doorbuster/messaging';
import { newTraceparent } from '@doorbuster/telemetry';
import { availabilityCrossing } from '../domain/availability-crossing.js';
import type { LevelChange } from '../domain/stock-book.js';

const CONTRACTS = { depleted: stockDepleted, replenished: stockReplenished };

/**
 * At most one event a pool: what counts is where the batch left it. The pool of a sale that is over did not run out.
 * `traceOf` gives the traceparent of the command in that position.
 */
export function levelEvents(
  changes: readonly LevelChange[],
  traceOf: (cause: number) => string | undefined,
): OutgoingEvent[] {
  return changes.flatMap(({ before, after: { sku, saleId, available, isOpen }, cause }) => {
    const crossing = availabilityCrossing(before.available, available);
    if (!crossing || !isOpen) return [];
    const traceparent = traceOf(cause) ?? newTraceparent();
    const data = { sku, ...(saleId !== undefined && { saleId }), available };
    return [newEvent(CONTRACTS[crossing], { subject: sku, data, traceparent })];
  });
}
