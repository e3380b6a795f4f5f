/** An event with an unknown error becomes a dead letter after this many failures ... */
const FAILURES_MIN = 5;
/** ... over at least this time in this process. With the broker's pauses that is about 10 deliveries. */
const FAILING_MS_MIN = 90_000;
/** Maximum number of events. The event that has failed for the longest time is removed first. */
const EVENTS_MAX = 10_000;

interface Failing {
  failures: number;
  /** By the monotonic clock. */
  sinceMs: number;
}

/**
 * Counts how often each event failed with an unknown error. The broker's delivery count is not used, because it includes
 * deliveries during an outage of the database.
 */
export class FailureCounts {
  private readonly events = new Map<string, Failing>();

  constructor(private readonly nowMs: () => number = () => performance.now()) {}

  /** Counts a failure. @returns whether the event becomes a dead letter */
  recordFailure(key: string): boolean {
    const failing = this.events.get(key) ?? { failures: 0, sinceMs: this.nowMs() };
    failing.failures += 1;
    this.events.set(key, failing);
    const isExhausted = failing.failures >= FAILURES_MIN && this.nowMs() - failing.sinceMs >= FAILING_MS_MIN;
    if (isExhausted) this.events.delete(key);
    const [oldest] = this.events.keys();
    if (this.events.size > EVENTS_MAX && oldest !== undefined) this.events.delete(oldest);
    return isExhausted;
  }

  get isEmpty(): boolean {
    return this.events.size === 0;
  }

  /** The event was handled. */
  forget(key: string): void {
    this.events.delete(key);
  }
}
