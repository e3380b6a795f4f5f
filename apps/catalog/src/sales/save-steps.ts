import { isDeepStrictEqual } from 'node:util';
import type { OutgoingEvent } from '@doorbuster/messaging';
import type { EntityManager } from 'typeorm';
import { toSaleState, type SaleRecord } from '../domain/sale-record.js';
import type { SaleStep } from '../domain/sale-life.js';
import { saleChangedEvent, unitsCommand } from '../messaging/sale-messages.js';
import { updateSales } from '../persistence/sales.repository.js';

export interface TakenStep extends SaleStep {
  before: SaleRecord;
  traceparent: string;
}

/** Saves where sales went, all at once, and gives what is to be said of it: only a change that others see has an event. */
export async function saveSteps(
  tx: EntityManager,
  steps: readonly TakenStep[],
  now: Date,
): Promise<{ saved: SaleRecord[]; events: OutgoingEvent[] }> {
  const moved = steps
    .filter(({ before, sale }) => !isDeepStrictEqual(before, sale))
    .map((step) => {
      const isVisible = !isDeepStrictEqual(toSaleState(step.before), toSaleState(step.sale));
      const sale = isVisible ? { ...step.sale, version: step.sale.version + 1, updatedAt: now } : step.sale;
      return { ...step, sale, isVisible };
    });
  const saved = moved.map(({ sale }) => sale);
  if (saved.length > 0) await updateSales(tx, saved);
  const events = moved.flatMap(({ isVisible, traceparent, ...step }) => [
    ...(isVisible ? [saleChangedEvent(step.sale, traceparent)] : []),
    ...unitsCommand(step, traceparent),
  ]);
  return { saved, events };
}
