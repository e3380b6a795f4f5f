/** Minimum delay before another replica is asked: most answers take a few milliseconds. */
const DELAY_MS_MIN = 500;
/** An answer is late when it takes this many times the usual time. */
const LATE_FACTOR = 3;
/** Weight of the latest answer in the moving average. */
const WEIGHT = 0.1;
/** Budget for second attempts: a share of all requests, and this many a second on top. */
const SHARE = 0.25;
const PER_SECOND = 20;
const SAVED_MAX = 256;

/**
 * When to ask another replica, because the first one does not answer. Under overload every answer is late, and asking twice
 * would make it worse: so late is measured by what answers take, and there is a budget.
 */
export class HedgePolicy {
  private usualMs = 0;
  private budget = SAVED_MAX;
  private refilledAt: number;

  /** @param now a monotonic clock in milliseconds */
  constructor(private readonly now: () => number) {
    this.refilledAt = now();
  }

  /** How long to wait for the first answer. */
  get delayMs(): number {
    return Math.max(DELAY_MS_MIN, LATE_FACTOR * this.usualMs);
  }

  /** A replica took so long for its answer. */
  answered(ms: number): void {
    this.usualMs += WEIGHT * (ms - this.usualMs);
  }

  /** So many requests are asked for the first time. */
  asked(requests: number): void {
    this.refill(SHARE * requests);
  }

  /** Whether so many requests may be asked for a second time; they count from now on. */
  take(requests: number): boolean {
    this.refill(0);
    if (this.budget < requests) return false;
    this.budget -= requests;
    return true;
  }

  private refill(share: number): void {
    const now = this.now();
    const seconds = (now - this.refilledAt) / 1_000;
    this.refilledAt = now;
    this.budget = Math.min(SAVED_MAX, this.budget + share + PER_SECOND * seconds);
  }
}
