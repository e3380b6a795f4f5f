import { productChanged, productCreated } from '@doorbuster/contracts';
import { newEvent, type OutgoingEvent } from '@doorbuster/messaging';
import { toState, type ProductRecord } from './domain/product.js';

export const productCreatedEvent = (product: ProductRecord, traceparent: string): OutgoingEvent =>
  newEvent(productCreated, { subject: product.sku, data: toState(product), traceparent });

export const productChangedEvent = (product: ProductRecord, traceparent: string): OutgoingEvent =>
  newEvent(productChanged, { subject: product.sku, data: toState(product), traceparent });
