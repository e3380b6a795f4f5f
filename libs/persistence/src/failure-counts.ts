/** An event with an unknown error becomes a dead letter after this many failures ... */
const FAILURES_MIN = 5;
/** ... that span at least this time, in this process. With the broker's pauses that is about 10 deliveries. */
const FAILING_MS_MIN = 90_000;
/** Maximum events counted. The one that has failed for longest is forgotten first and counts from zero. */
const EVENTS_MAX = 10_000;

interface Failing {
  failures: number;
  /** Of the monotonic clock. */
  sinceMs: number;
}

/**
 * Counts how often each event failed with an unknown error. The broker's delivery count does not tell: it also counts
 * deliveries during an outage of the database.
 */
export class FailureCounts {
  private readonly events = new Map<string, Failing>();

  constructor(private readonly nowMs: () => number = () => performance.now()) {}

  /** Counts one more failure. @returns whether the event has failed often enough, for long enough, to be given up */
  isHopeless(key: string): boolean {
    const failing = this.events.get(key) ?? { failures: 0, sinceMs: this.nowMs() };
    failing.failures += 1;
    this.events.set(key, failing);
    const isHopeless = failing.failures >= FAILURES_MIN && this.nowMs() - failing.sinceMs >= FAILING_MS_MIN;
    if (isHopeless) this.events.delete(key);
    const [oldest] = this.events.keys();
    if (this.events.size > EVENTS_MAX && oldest !== undefined) this.events.delete(oldest);
    return isHopeless;
  }

  get isEmpty(): boolean {
    return this.events.size === 0;
  }

  /** The event was handled. */
  forget(key: string): void {
    this.events.delete(key);
  }
}
