import { fail, startSpan } from '@doorbuster/telemetry';
import { SpanKind, type Span } from '@opentelemetry/api';
import type { OperationResult } from '../domain/decide-results.js';
import type { Operation } from '../domain/payment-status.js';
import type { Payment } from '../domain/payment.js';

/** The provider's part of one attempt, in the trace of whoever waits for it. `startedAt` in ms since the epoch. */
export function startProviderSpan(
  payment: Payment,
  operation: Operation,
  startedAt: number,
): Span | undefined {
  const { orderId, attempts, awaiting } = payment;
  const waiting = awaiting[operation] ?? Object.values(awaiting)[0];
  if (!waiting) return undefined;
  return startSpan(waiting.traceparent, `provider ${operation}`, {
    kind: SpanKind.CLIENT,
    startTime: startedAt,
    attributes: {
      'peer.service': 'payment-provider',
      'doorbuster.order.id': orderId,
      'doorbuster.payment.attempt': attempts,
    },
  });
}

/**
 * Says what came of it. The span is not ended yet: the transaction that records the result becomes its child, and links
 * to a span can only be added while it is open.
 */
export function recordOutcome(span: Span, { outcome }: OperationResult): void {
  span.setAttribute('doorbuster.payment.outcome', outcome.kind);
  if (outcome.kind === 'unknown') fail(span, outcome.error);
}
