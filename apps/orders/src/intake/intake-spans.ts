import type { Order, PlaceOrderRequest, Reply } from '@doorbuster/contracts';
import { startSpan } from '@doorbuster/telemetry';
import { SpanKind, type Span } from '@opentelemetry/api';

/** The span of one request in a batch of them: its parent is the shopper's HTTP request. */
export const startIntakeSpan = ({ traceparent, body }: PlaceOrderRequest): Span | undefined =>
  startSpan(traceparent, 'accept order', {
    kind: SpanKind.SERVER,
    attributes: { 'doorbuster.order.lines': body.items.length },
  });

export function recordReply(span: Span | undefined, reply: Reply<Order>): void {
  if (reply.ok) span?.setAttribute('doorbuster.order.id', reply.value.id);
  else span?.setAttribute('doorbuster.refusal', reply.error.code);
}

/** A repeated request finds its order, whose saga has begun; only that of the first request says so. */
export function spansByOrder(
  replies: readonly Reply<Order>[],
  spans: readonly (Span | undefined)[],
): Map<string, Span> {
  const byOrder = new Map<string, Span>();
  replies.forEach((reply, i) => {
    const span = spans[i];
    if (span && reply.ok && !byOrder.has(reply.value.id)) byOrder.set(reply.value.id, span);
  });
  return byOrder;
}
