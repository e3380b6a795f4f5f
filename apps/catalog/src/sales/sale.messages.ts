import { returnUnits, saleChanged, setAsideUnits } from '@doorbuster/contracts';
import { newEvent, type OutgoingEvent } from '@doorbuster/messaging';
import type { SaleDecision } from './domain/sale.state-machine.js';
import { toSaleState, type SaleRecord } from './domain/sale.js';

export const saleChangedEvent = (sale: SaleRecord, traceparent: string): OutgoingEvent =>
  newEvent(saleChanged, { subject: sale.id, data: toSaleState(sale), traceparent });

/** The command of a decision's allocation request, if it has one. */
export function allocationCommands(
  { sale, allocationRequest }: SaleDecision,
  traceparent: string,
): OutgoingEvent[] {
  const { id: saleId, sku, units } = sale;
  switch (allocationRequest) {
    case 'allocate':
      return [newEvent(setAsideUnits, { subject: saleId, data: { saleId, sku, units }, traceparent })];
    case 'return':
      return [newEvent(returnUnits, { subject: saleId, data: { saleId }, traceparent })];
    case undefined:
      return [];
  }
}
