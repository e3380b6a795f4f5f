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

/** One request's share. */
export interface Intake {
  /** To be told while bytes come in, so that who goes away before the end has paid for them. */
  charge: (bytes: number) => void;
  /** To be called once, however the request ended. */
  leave: () => void;
}

/** A token bucket. What it costs is known only while it is read, so it may go below zero, and then nothing comes in. */
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

  /** `undefined` when no request may be read now. */
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
