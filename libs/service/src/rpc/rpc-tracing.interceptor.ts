import { fail, inSpan, startSpan } from '@doorbuster/telemetry';
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { NatsContext } from '@nestjs/microservices';
import { SpanKind } from '@opentelemetry/api';
import { finalize, tap, type Observable } from 'rxjs';

/** Starts the span of an RPC if the trace of its request is recorded. */
@Injectable()
export class RpcTracingInterceptor implements NestInterceptor {
  intercept(execution: ExecutionContext, next: CallHandler): Observable<unknown> {
    const context: unknown = execution.switchToRpc().getContext();
    if (!(context instanceof NatsContext)) return next.handle();
    const traceparent: string | undefined = context.getHeaders()?.get('traceparent');
    const subject = context.getSubject();
    const span = traceparent
      ? startSpan(traceparent, subject, {
          kind: SpanKind.SERVER,
          attributes: { 'rpc.system.name': 'nats', 'rpc.method': subject },
        })
      : undefined;
    if (!span) return next.handle();
    return inSpan(span, () => next.handle()).pipe(
      tap({ error: (error: unknown) => fail(span, error) }),
      finalize(() => span.end()),
    );
  }
}
