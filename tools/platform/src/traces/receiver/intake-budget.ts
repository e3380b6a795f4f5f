/** How much may come in: work for this process, which has services to watch over. */
export interface IntakeLimits {
  bytesPerSecond: number;
  burstBytes: number;
  /** Requests that are being read at one time. */
  requestsMax: number;
}

const INTAKE_LIMITS: IntakeLimits = {
  bytesPerSecond: 2 * 1024 * 1024,
  burstBytes: 8 * 1024 * 1024,
  requestsMax: 16,
};

/** A token bucket. What it costs is known only afterwards, so it may go below zero, and then nothing comes in. */
export class IntakeBudget {
  private readonly limits: IntakeLimits;
  private readonly now: () => number;
  private bytes: number;
  private filledAt: number;
  private requests = 0;

  constructor(limits: IntakeLimits = INTAKE_LIMITS, now: () => number = () => performance.now()) {
    this.limits = limits;
    this.now = now;
    this.bytes = limits.burstBytes;
    this.filledAt = now();
  }

  /** Whether a request may be read now; whoever may tells afterwards how much it was. */
  enter(): boolean {
    const { bytesPerSecond, burstBytes, requestsMax } = this.limits;
    const now = this.now();
    this.bytes = Math.min(burstBytes, this.bytes + ((now - this.filledAt) / 1_000) * bytesPerSecond);
    this.filledAt = now;
    if (this.bytes <= 0 || this.requests >= requestsMax) return false;
    this.requests += 1;
    return true;
  }

  leave(bytes: number): void {
    this.requests -= 1;
    this.bytes -= bytes;
  }
}
