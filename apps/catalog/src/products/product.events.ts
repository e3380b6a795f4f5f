import { productChanged, productCreated } from '@doorbuster/contracts';
import { newEvent, type OutgoingEvent } from '@doorbuster/messaging';
import { toProductState, type ProductRecord } from './domain/product.js';

export const productCreatedEvent = (product: ProductRecord, traceparent: string): OutgoingEvent =>
  newEvent(productCreated, { subject: product.sku, data: toProductState(product), traceparent });

export const productChangedEvent = (product: ProductRecord, traceparent: string): OutgoingEvent =>
  newEvent(productChanged, { subject: product.sku, data: toProductState(product), traceparent });
