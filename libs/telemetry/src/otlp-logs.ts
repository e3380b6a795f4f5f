import { logs, ROOT_CONTEXT, SeverityNumber, trace, TraceFlags, type Context } from '@opentelemetry/api';
import {
  ATTR_EXCEPTION_MESSAGE,
  ATTR_EXCEPTION_STACKTRACE,
  ATTR_EXCEPTION_TYPE,
} from '@opentelemetry/semantic-conventions';
import type { DestinationStream } from 'pino';

interface Line {
  level: string;
  time: string;
  msg?: string;
  traceId?: string;
  spanId?: string;
  orderId?: string;
  err?: { type?: string; message?: string; stack?: string };
  [field: string]: unknown;
}

const SEVERITIES: Record<string, SeverityNumber> = {
  trace: SeverityNumber.TRACE,
  debug: SeverityNumber.DEBUG,
  info: SeverityNumber.INFO,
  warn: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
  fatal: SeverityNumber.FATAL,
};

/**
 * A stream that turns written log lines into OpenTelemetry log records, so that redacted fields stay redacted. `undefined`
 * when no SDK exports logs (`OTEL_LOGS_EXPORTER=none`, or it is not started).
 */
export function otlpLogs(): DestinationStream | undefined {
  const logger = logs.getLogger('doorbuster.log');
  if (!logger.enabled()) return undefined;
  return {
    write(text) {
      const {
        level,
        time,
        msg,
        traceId,
        spanId,
        orderId,
        err,
        service: _service,
        pid: _pid,
        ...rest
      } = JSON.parse(text) as Line;
      logger.emit({
        timestamp: new Date(time),
        severityNumber: SEVERITIES[level] ?? SeverityNumber.UNSPECIFIED,
        severityText: level,
        body: msg ?? '',
        attributes: {
          ...rest,
          // The attribute name that spans use.
          ...(orderId !== undefined && { 'doorbuster.order.id': orderId }),
          ...(err && {
            [ATTR_EXCEPTION_TYPE]: err.type,
            [ATTR_EXCEPTION_MESSAGE]: err.message,
            [ATTR_EXCEPTION_STACKTRACE]: err.stack,
          }),
        },
        context: contextOf(traceId, spanId),
      });
    },
  };
}

/** The span that the line names. It may belong to another process. */
function contextOf(traceId: string | undefined, spanId: string | undefined): Context {
  if (traceId === undefined || spanId === undefined) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: TraceFlags.NONE, isRemote: true });
}
