/** A sample expires after this time: clocks drift, and a database may move to another machine. */
const FRESH_MS = 30_000;
/** After this time any new sample replaces the old one, so that the bound stays fresh. */
const KEPT_MS = 10_000;
/** Assumed maximum drift between the two clocks, as a ratio. Real clocks drift far less. */
const DRIFT = 0.001;

interface Bound {
  /** The other clock minus ours is at least this, at `at`. */
  offset: number;
  /** By our clock. */
  at: number;
}

/**
 * A lower bound of another machine's clock, from samples of it. The other clock showed its time at some moment between
 * question and answer; that it was at the very end is the assumption that gives the lowest bound. So a slow answer makes
 * the bound lower and never wrong. All times are in milliseconds, ours those of a monotonic clock, which also goes on
 * while the process is stopped.
 */
export class ClockBound {
  private bound: Bound | undefined;

  /** @param shown what the other clock showed, asked at `askedAt` and answered at `answeredAt` by ours */
  add(shown: number, askedAt: number, answeredAt: number): void {
    const lowest = shown - answeredAt;
    const highest = shown - askedAt;
    const known = this.at(answeredAt);
    if (this.bound && known !== undefined && answeredAt - this.bound.at <= KEPT_MS) {
      const offset = known - answeredAt;
      // Below the old bound altogether: the other clock was set back, and the old bound is wrong.
      const isSetBack = highest < offset;
      if (lowest < offset && !isSetBack) return;
    }
    this.bound = { offset: lowest, at: answeredAt };
  }

  /** The other clock shows at least this at `now` of ours; `undefined` when no sample is fresh. */
  at(now: number): number | undefined {
    if (!this.bound || now - this.bound.at > FRESH_MS) return undefined;
    return now + this.bound.offset - (now - this.bound.at) * DRIFT;
  }
}
