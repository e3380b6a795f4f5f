export interface ConcurrencyLimitOptions {
  initial: number;
  min: number;
  max: number;
  /** The limit falls while the median latency is above this, and rises while it is below. */
  targetMs: number;
  /** Between two changes lie at least this time and so many measurements. */
  windowMs: number;
  samplesMin: number;
  /** A monotonic clock in milliseconds. */
  now: () => number;
}

/** So many measurements say what more of them would say. */
const SAMPLES_MAX = 1_000;
const FALL_MAX = 0.5;
const RISE = 1.1;
/** A limit that nobody comes near says nothing about what would happen above it. */
const USED_SHARE = 0.9;

/**
 * How much work may be under way at once, learned from how long it takes: additive increase would be slow at these
 * numbers, so it rises by a tenth and falls in proportion to how much too slow the work is. Each change is judged by
 * work that began after it.
 */
export class ConcurrencyLimit {
  limit: number;
  inFlight = 0;
  private changedAt: number;
  private peak = 0;
  private samples: number[] = [];

  constructor(private readonly options: ConcurrencyLimitOptions) {
    this.limit = Math.min(options.initial, options.max);
    this.changedAt = options.now();
  }

  get isReached(): boolean {
    return this.inFlight >= this.limit;
  }

  /** @returns when it began, for {@link end} or {@link forget} */
  begin(): number {
    this.inFlight += 1;
    this.peak = Math.max(this.peak, this.inFlight);
    return this.options.now();
  }

  end(beganAt: number): void {
    this.inFlight -= 1;
    const now = this.options.now();
    if (beganAt < this.changedAt) return;
    if (this.samples.length < SAMPLES_MAX) this.samples.push(now - beganAt);
    const { windowMs, samplesMin } = this.options;
    if (now - this.changedAt >= windowMs && this.samples.length >= samplesMin) this.adapt(now);
  }

  /** It is not under way any more, and how long it took says nothing. */
  forget(): void {
    this.inFlight -= 1;
  }

  private adapt(now: number): void {
    const { min, max, targetMs } = this.options;
    const medianMs = median(this.samples);
    if (medianMs > targetMs) {
      this.limit = Math.max(min, Math.floor(this.limit * Math.max(FALL_MAX, targetMs / medianMs)));
    } else if (this.peak >= this.limit * USED_SHARE) {
      this.limit = Math.min(max, Math.ceil(this.limit * RISE));
    }
    this.samples = [];
    this.peak = this.inFlight;
    this.changedAt = now;
  }
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
