import { returnUnits, saleChanged, setAsideUnits } from '@doorbuster/contracts';
import { newEvent, type OutgoingEvent } from '@doorbuster/messaging';
import type { SaleStep } from '../domain/sale-life.js';
import { toSaleState, type SaleRecord } from '../domain/sale-record.js';

export const saleChangedEvent = (sale: SaleRecord, traceparent: string): OutgoingEvent =>
  newEvent(saleChanged, { subject: sale.id, data: toSaleState(sale), traceparent });

/** What a step asks inventory for, if anything. */
export function unitsCommand({ sale, request }: SaleStep, traceparent: string): OutgoingEvent[] {
  const { id: saleId, sku, units } = sale;
  switch (request) {
    case 'set-aside':
      return [newEvent(setAsideUnits, { subject: saleId, data: { saleId, sku, units }, traceparent })];
    case 'return':
      return [newEvent(returnUnits, { subject: saleId, data: { saleId }, traceparent })];
    case undefined:
      return [];
  }
}
