import type { Logger } from './logger.js';

/** Nest's NATS transports each log it. `reportOutage` has one line for all connections of the process. */
const NATS_DISCONNECTED = 'NatsError: type: "disconnect".';

/** Nest's `LoggerService` by structure, so that this library does not depend on Nest. */
export class NestLogger {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, context?: string): void {
    // At the start Nest logs every module and route.
    this.logger.debug({ context }, String(message));
  }
  warn(message: unknown, context?: string): void {
    this.logger.warn({ context }, String(message));
  }
  error(message: unknown, ...rest: unknown[]): void {
    if (message === NATS_DISCONNECTED) return this.debug(message);
    const err = message instanceof Error ? message : undefined;
    this.logger.error({ err, context: rest.at(-1) }, String(message));
  }
  debug(message: unknown, context?: string): void {
    this.logger.debug({ context }, String(message));
  }
  verbose(message: unknown, context?: string): void {
    this.logger.trace({ context }, String(message));
  }
  fatal(message: unknown, context?: string): void {
    this.logger.fatal({ context }, String(message));
  }
}
