import {
  paymentAuthorised,
  paymentCaptured,
  paymentCaptureRefused,
  paymentDeclined,
  paymentRefunded,
  paymentVoided,
} from '@doorbuster/contracts';
import { newEvent, type OutgoingEvent } from '@doorbuster/messaging';
import type { Answer } from '../domain/answers.js';

/** The answer as an event, for the saga step and in the trace of the command. */
export function reply({ orderId, to, verdict }: Answer): OutgoingEvent {
  const about = { subject: orderId, ...to };
  switch (verdict.kind) {
    case 'authorised':
      return newEvent(paymentAuthorised, { ...about, data: { orderId } });
    case 'declined':
      return newEvent(paymentDeclined, { ...about, data: { orderId, reason: verdict.reason } });
    case 'captured':
      return newEvent(paymentCaptured, { ...about, data: { orderId } });
    case 'captureRefused':
      return newEvent(paymentCaptureRefused, { ...about, data: { orderId, reason: verdict.reason } });
    case 'voided':
      return newEvent(paymentVoided, { ...about, data: { orderId } });
    case 'refunded':
      return newEvent(paymentRefunded, { ...about, data: { orderId } });
  }
}
