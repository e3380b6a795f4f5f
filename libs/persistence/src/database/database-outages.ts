import { setTimeout as sleep } from 'node:timers/promises';
import { isBrokerUnavailable } from '@doorbuster/messaging';
import { isUnavailable, reportBack, reportOutage, type Logger } from '@doorbuster/telemetry';
import type { DataSource } from 'typeorm';
import { isConnectionLost } from '../transactions/postgres-errors.js';

const PROBE_INTERVAL_MS = 500;

/** By the logger of the process, whose parts all use this database. */
const watches = new WeakMap<Logger, DatabaseWatch>();

/** Asks the database whether it is unavailable when a connection was lost, since one lost connection is no outage. */
class DatabaseWatch {
  private isProbing = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly logger: Logger,
  ) {}

  async probe(): Promise<void> {
    if (this.isProbing) return;
    this.isProbing = true;
    while (this.dataSource.isInitialized && !(await this.isAvailable())) {
      reportOutage(this.logger, 'PostgreSQL');
      await sleep(PROBE_INTERVAL_MS, undefined, { ref: false });
    }
    if (this.dataSource.isInitialized) reportBack(this.logger, 'PostgreSQL');
    this.isProbing = false;
  }

  private isAvailable(): Promise<boolean> {
    return this.dataSource.query('select 1').then(
      () => true,
      (error: unknown) => !isConnectionLost(error),
    );
  }
}

/** From now on an outage of the database is one line when it begins and one when it ends. */
export function watchDatabase(dataSource: DataSource, logger: Logger): void {
  watches.set(logger, new DatabaseWatch(dataSource, logger));
}

/**
 * Logs a failure that will be tried again: a warning, or at level debug when an outage of the database or the broker explains
 * it, which has a line of its own.
 *
 * @returns whether it is a warning
 */
export function logRetry(logger: Logger, err: unknown, text: string, fields: object = {}): boolean {
  const watch = isConnectionLost(err) ? watches.get(logger) : undefined;
  void watch?.probe();
  const isExplained = watch !== undefined || (isBrokerUnavailable(err) && isUnavailable(logger, 'NATS'));
  logger[isExplained ? 'debug' : 'warn']({ err, ...fields }, text);
  return !isExplained;
}
