import { logRetry } from '@doorbuster/persistence';
import type { Logger } from '@doorbuster/telemetry';

export interface PollingJobOptions {
  /** The name in the log. */
  what: string;
  intervalMs: number;
  /** Returns true if more may be due; it is then called again soon. It must be safe to run in several replicas at once. */
  sweep: () => Promise<boolean>;
  logger: Logger;
}

/** The interval while more is due. */
const BUSY_INTERVAL_MS = 20;
/** Each consecutive failure doubles the pause, up to this. */
const FAILURE_PAUSE_MS_MAX = 30_000;

/** Calls `sweep` at an interval, one call at a time, to find due work, such as work left after a crash or a deadline. */
export class PollingJob {
  private timer: NodeJS.Timeout | undefined;
  private sweeping: Promise<void> | undefined;
  private stopped = false;
  private failures = 0;
  private isWarned = false;

  constructor(private readonly options: PollingJobOptions) {}

  start(): void {
    this.schedule(this.options.intervalMs);
  }

  /** Resolves once the running sweep, if any, has ended. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.sweeping;
  }

  private schedule(delayMs: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.sweeping = this.sweep();
    }, delayMs);
  }

  private async sweep(): Promise<void> {
    const { what, intervalMs, sweep, logger } = this.options;
    let isMoreDue = false;
    try {
      isMoreDue = await sweep();
      if (this.isWarned) logger.info(`sweep for ${what} works again`);
      this.isWarned = false;
      this.failures = 0;
    } catch (err) {
      this.isWarned ||= logRetry(logger, err, `sweep for ${what} failed, will try again`);
      this.failures += 1;
    }
    const pauseMs = Math.min(intervalMs * 2 ** Math.min(this.failures, 10), FAILURE_PAUSE_MS_MAX);
    this.schedule(isMoreDue ? BUSY_INTERVAL_MS : Math.max(intervalMs, pauseMs));
  }
}
