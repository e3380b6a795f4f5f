import { stockDepleted, stockReplenished, type StockLevels } from '@doorbuster/contracts';
import { newEvent, type OutgoingEvent } from '@doorbuster/messaging';
import { newTraceparent } from '@doorbuster/telemetry';
import { availabilityCrossing } from '../domain/availability-crossing.js';

const CONTRACTS = { depleted: stockDepleted, replenished: stockReplenished };

/** At most one event a SKU: what counts is where the batch left it. `traceOf` knows the trace of the last cause. */
export function levelEvents<C>(
  changes: readonly { before: StockLevels; after: StockLevels; cause: C }[],
  traceOf: (cause: C) => string | undefined,
): OutgoingEvent[] {
  return changes.flatMap(({ before, after: { sku, available }, cause }) => {
    const crossing = availabilityCrossing(before.available, available);
    if (!crossing) return [];
    const traceparent = traceOf(cause) ?? newTraceparent();
    return [newEvent(CONTRACTS[crossing], { subject: sku, data: { sku, available }, traceparent })];
  });
}
