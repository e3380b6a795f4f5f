import type { AdvancedSaga, SagaTransition } from '@doorbuster/saga';
import { startSpan } from '@doorbuster/telemetry';
import type { Span } from '@opentelemetry/api';
import type { OrderSagaData } from '../domain/order-saga.js';

/** Of what moved the saga on, by its id: the request or the reply, if its trace is recorded. */
export type SpansBySaga = ReadonlyMap<string, Span>;

/**
 * Says on a span what the saga decided: what was sent, answered, refused, given up or undone. What came of a deadline or
 * of an operator's retry has no message to hang on and gets a span of its own, in the trace of the order.
 */
export function recordTransitions(
  { instance: { id, data }, transitions }: AdvancedSaga<OrderSagaData, unknown>,
  spans: SpansBySaga,
): void {
  const given = spans.get(id);
  const span = given ?? startSpan(data.traceparent, nameOf(transitions), attributesOf(id, data));
  if (!span) return;
  for (const { step, kind, attempt, reason } of transitions) {
    span.addEvent(`saga.${kind.toLowerCase()}`, {
      'saga.step': step,
      ...(attempt > 0 && { 'saga.attempt': attempt }),
      ...(reason !== null && { 'saga.reason': reason }),
    });
  }
  if (span !== given) span.end();
}

const nameOf = ([first]: readonly SagaTransition[]): string =>
  `saga ${first?.kind.toLowerCase() ?? 'unchanged'}`;

const attributesOf = (sagaId: string, { orderId }: OrderSagaData) => ({
  attributes: { 'doorbuster.order.id': orderId, 'doorbuster.saga.id': sagaId },
});
