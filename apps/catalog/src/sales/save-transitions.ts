import { isDeepStrictEqual } from 'node:util';
import type { OutgoingEvent } from '@doorbuster/messaging';
import type { EntityManager } from 'typeorm';
import { toSaleState, type SaleRecord } from './domain/sale.js';
import type { SaleDecision } from './domain/sale.state-machine.js';
import { saleChangedEvent, allocationCommands } from './sale.messages.js';
import { updateSales } from './sales.repository.js';

export interface SaleTransition extends SaleDecision {
  before: SaleRecord;
  traceparent: string;
}

/** Saves where sales went, all at once, and gives what is to be said of it: only a change that others see has an event. */
export async function saveTransitions(
  tx: EntityManager,
  steps: readonly SaleTransition[],
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
    ...allocationCommands(step, traceparent),
  ]);
  return { saved, events };
}
