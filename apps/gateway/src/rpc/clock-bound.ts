/** Age at which a sample expires: clocks drift, and a database may move to another machine. */
const FRESH_MS = 30_000;
/** Age at which any new sample replaces the old one, so that the bound stays fresh. */
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
 * A lower bound of another machine's clock. A sample was taken between its request and its answer; the bound assumes the
 * time of the answer. So a slow answer makes the bound lower, never wrong. Times are in milliseconds. Ours are of a
 * monotonic clock, which also runs while the process is stopped.
 */
export class ClockBound {
  private bound: Bound | undefined;

  /** @param shown time of the other clock, requested at `askedAt` and received at `answeredAt` by ours */
  add(shown: number, askedAt: number, answeredAt: number): void {
    const lowest = shown - answeredAt;
    const highest = shown - askedAt;
    const known = this.at(answeredAt);
    if (this.bound && known !== undefined && answeredAt - this.bound.at <= KEPT_MS) {
      const offset = known - answeredAt;
      // The whole sample is below the old bound, so the other clock was set back and the old bound is wrong.
      const isSetBack = highest < offset;
      if (lowest < offset && !isSetBack) return;
    }
    this.bound = { offset: lowest, at: answeredAt };
  }

  /** The minimum time of the other clock at `now` of ours; `undefined` without a fresh sample. */
  at(now: number): number | undefined {
    if (!this.bound || now - this.bound.at > FRESH_MS) return undefined;
    return now + this.bound.offset - (now - this.bound.at) * DRIFT;
  }
}
