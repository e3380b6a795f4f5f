import { trace } from '@opentelemetry/api';
import { multistream, pino, type DestinationStream, type Logger as PinoLogger } from 'pino';
import { isColoured, logFormatOf } from './log-format.js';
import { otlpLogs } from './otlp-logs.js';
import { withoutSecrets } from './redaction.js';
import { TerminalLog } from './terminal/terminal-log.js';

export type Logger = PinoLogger;

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * Writes JSON lines to standard output, or text for a person to a terminal (see {@link logFormatOf}), and the same lines as
 * OpenTelemetry log records if the SDK exports them. Common fields: `service`, `traceId`, `spanId`, `orderId`, `err`. A line inside a span has its ids,
 * unless it names others.
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
    // `err` is already a plain object. Pino's serializer would lose its type.
    serializers: { err: (err: unknown) => err },
    mixin: activeSpan,
  };
  // The logger filters by level. Streams must not filter again.
  const both = exported && multistream([output, exported].map((stream) => ({ stream, level: 0 })));
  return pino(options, both ?? output);
}

const standardOutput = (): DestinationStream =>
  logFormatOf(process.env, process.stdout) === 'pretty'
    ? terminalLog()
    : pino.destination({ dest: 1, sync: true });

let terminal: TerminalLog | undefined;

/** The log of this process's standard output, for all its loggers. */
export function terminalLog(): TerminalLog {
  if (terminal) return terminal;
  const created = new TerminalLog(process.stdout, isColoured(process.env, process.stdout));
  process.once('exit', () => created.flush());
  terminal = created;
  return created;
}

function activeSpan(): object {
  const span = trace.getActiveSpan();
  if (!span) return {};
  const { traceId, spanId } = span.spanContext();
  return { traceId, spanId };
}
