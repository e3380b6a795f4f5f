import type { RpcContract } from '@doorbuster/contracts';
import { fail, startSpanIn, traceparentOf } from '@doorbuster/telemetry';
import { headers, type MsgHdrs } from '@nats-io/transport-node';
import { context, SpanKind, trace, type Span } from '@opentelemetry/api';

/** Of a question to a service, as a child of the request that it is asked for; `undefined` when that is not recorded. */
export function startRpcSpan({ owner, subject }: RpcContract): Span | undefined {
  if (!trace.getActiveSpan()?.isRecording()) return undefined;
  return startSpanIn(context.active(), subject, {
    kind: SpanKind.CLIENT,
    attributes: { 'rpc.system.name': 'nats', 'rpc.service': owner, 'rpc.method': subject },
  });
}

/** Headers with the request's place in the trace, which the service goes on from; `undefined` when it is not recorded. */
export function traceHeaders(span: Span | undefined): MsgHdrs | undefined {
  const traceparent = traceparentOf(span);
  if (traceparent === undefined) return undefined;
  const carrier = headers();
  carrier.set('traceparent', traceparent);
  return carrier;
}

/** Ends the span with the answer, or with why there is none. */
export async function endingWith<T>(span: Span | undefined, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (span) fail(span, error);
    throw error;
  } finally {
    span?.end();
  }
}
