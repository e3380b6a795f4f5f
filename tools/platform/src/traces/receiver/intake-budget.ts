/** Limits of what the receiver reads, so that the supervisor in this process is not delayed. */
export interface IntakeLimits {
  bytesPerSecond: number;
  burstBytes: number;
  /** Maximum concurrent requests. */
  requestsMax: number;
}

const INTAKE_LIMITS: IntakeLimits = {
  bytesPerSecond: 2 * 1024 * 1024,
  burstBytes: 8 * 1024 * 1024,
  requestsMax: 16,
};

/** The budget of one request. */
export interface Intake {
  /** Call it for each chunk, so that aborted requests are charged, too. */
  charge: (bytes: number) => void;
  /** Call it once when the request ends, for any reason. */
  leave: () => void;
}

/** A token bucket. The cost is known only while a request is read, so the level may go below zero. Then requests are refused. */
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

  /** `undefined` when the request must be refused. */
  enter(): Intake | undefined {
    const { bytesPerSecond, burstBytes, requestsMax } = this.limits;
    const now = this.now();
    this.bytes = Math.min(burstBytes, this.bytes + ((now - this.filledAt) / 1_000) * bytesPerSecond);
    this.filledAt = now;
    if (this.bytes <= 0 || this.requests >= requestsMax) return undefined;
    this.requests += 1;
    return {
      charge: (bytes) => (this.bytes -= bytes),
      leave: () => (this.requests -= 1),
    };
  }
}
