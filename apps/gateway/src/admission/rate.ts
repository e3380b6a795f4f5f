const SECOND_MS = 1_000;

/** How often something happened in the last whole second. */
export class Rate {
  private second = 0;
  private count = 0;
  private before = 0;

  /** @param now a clock in milliseconds */
  constructor(private readonly now: () => number) {}

  add(): void {
    this.turn();
    this.count += 1;
  }

  /** The larger of the last second and of the one that has begun, so that a burst counts at once. */
  get perSecond(): number {
    this.turn();
    return Math.max(this.count, this.before);
  }

  private turn(): void {
    const second = Math.floor(this.now() / SECOND_MS);
    if (second === this.second) return;
    this.before = second === this.second + 1 ? this.count : 0;
    this.count = 0;
    this.second = second;
  }
}
