import { trace } from '@opentelemetry/api';
import { multistream, pino, transport, type DestinationStream, type Logger as PinoLogger } from 'pino';
import { otlpLogs } from './otlp-logs.js';
import { withoutSecrets } from './redaction.js';

export type Logger = PinoLogger;

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * One JSON line an event on standard output, readable text when that is a terminal, and the same line as an
 * OpenTelemetry log record where those are exported. Fields in use everywhere: `service`, `traceId`, `spanId`,
 * `orderId`, `err`. A line inside of a span has its ids, unless it names others.
 */
export function createLogger(
  service: string,
  level: LogLevel = 'info',
  output: DestinationStream = standardOutput(),
): Logger {
  const exported = otlpLogs();
  const options = {
    level,
    base: { service, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }), log: withoutSecrets },
    // It is a plain object by now; pino's own serializer would forget what kind of error it was.
    serializers: { err: (err: unknown) => err },
    mixin: activeSpan,
  };
  // The levels of the streams would filter a second time.
  const both = exported && multistream([output, exported].map((stream) => ({ stream, level: 0 })));
  return pino(options, both ?? output);
}

const standardOutput = (): DestinationStream =>
  process.stdout.isTTY
    ? transport({ target: 'pino-pretty', options: { ignore: 'pid' } })
    : pino.destination({ dest: 1, sync: true });

function activeSpan(): object {
  const span = trace.getActiveSpan();
  if (!span) return {};
  const { traceId, spanId } = span.spanContext();
  return { traceId, spanId };
}
