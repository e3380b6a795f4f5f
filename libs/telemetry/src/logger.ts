import { pino, type Logger as PinoLogger } from 'pino';

export type Logger = PinoLogger;

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * One JSON line an event on standard output, readable text when that is a terminal. Fields in use everywhere:
 * `service`, `traceId`, `orderId`, `err`.
 */
export function createLogger(service: string, level: LogLevel = 'info'): Logger {
  return pino({
    level,
    base: { service, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: ['*.password', '*.authorization', '*.accessToken', '*.paymentMethod'],
    ...(process.stdout.isTTY && { transport: { target: 'pino-pretty', options: { ignore: 'pid' } } }),
  });
}
