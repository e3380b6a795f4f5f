import { stockDepleted, stockReplenished } from '@doorbuster/contracts';
import { newEvent, type OutgoingEvent } from '@doorbuster/messaging';
import { newTraceparent } from '@doorbuster/telemetry';
import type { LevelChange } from './domain/stock-pool.js';

const CONTRACTS = { depleted: stockDepleted, replenished: stockReplenished };

/**
 * The `stock-depleted` and `stock-replenished` events of a batch: at most one a pool, about its levels after the batch. A
 * closed pool has none, because its sale is over.
 *
 * @param traceOf the traceparent of the command with this index
 */
export function availabilityEvents(
  changes: readonly LevelChange[],
  traceOf: (commandIndex: number) => string | undefined,
): OutgoingEvent[] {
  return changes.flatMap(({ before, after: { sku, saleId, available, isOpen }, commandIndex }) => {
    const crossing = availabilityCrossing(before.available, available);
    if (!crossing || !isOpen) return [];
    const traceparent = traceOf(commandIndex) ?? newTraceparent();
    const data = { sku, ...(saleId !== undefined && { saleId }), available };
    return [newEvent(CONTRACTS[crossing], { subject: sku, data, traceparent })];
  });
}

export function availabilityCrossing(before: number, after: number): 'depleted' | 'replenished' | undefined {
  if (before > 0 && after === 0) return 'depleted';
  if (before === 0 && after > 0) return 'replenished';
  return undefined;
}
