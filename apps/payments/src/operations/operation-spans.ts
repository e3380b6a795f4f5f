import { fail, inSpan, startSpan, startSpanIn } from '@doorbuster/telemetry';
import { context, SpanKind, type Span } from '@opentelemetry/api';
import type { OperationResult } from '../domain/decide-results.js';
import type { Operation } from '../domain/payment-status.js';
import type { Payment } from '../domain/payment.js';

/** One attempt, from the asking to the recorded result; in the trace of whoever waits for it. */
export function startOperationSpan(payment: Payment, operation: Operation): Span | undefined {
  const { orderId, attempts, awaiting } = payment;
  const waiting = awaiting[operation] ?? Object.values(awaiting)[0];
  if (!waiting) return undefined;
  return startSpan(waiting.traceparent, `${operation} payment`, {
    attributes: {
      'doorbuster.order.id': orderId,
      'doorbuster.payment.operation': operation,
      'doorbuster.payment.attempt': attempts,
    },
  });
}

/** The provider's part of it. */
export async function inProviderSpan(
  parent: Span | undefined,
  operation: Operation,
  ask: () => Promise<OperationResult>,
): Promise<OperationResult> {
  if (!parent) return ask();
  const span = inSpan(parent, () =>
    startSpanIn(context.active(), `provider ${operation}`, {
      kind: SpanKind.CLIENT,
      attributes: { 'peer.service': 'payment-provider' },
    }),
  );
  const result = await ask();
  const { outcome } = result;
  if (outcome.kind === 'unknown') {
    if (span) fail(span, outcome.error);
  } else {
    span?.setAttribute('doorbuster.payment.outcome', outcome.kind);
  }
  span?.end();
  return result;
}
