const TURN_MS = 10;
/** After a longer turn of the event loop, no more than this is made up for. */
const TURN_MS_MAX = 100;

/** Runs tasks in order, at a limited rate. The caller bounds the number of waiting tasks. */
export class Throttle {
  private readonly waiting = new Set<() => void>();
  private timer: NodeJS.Timeout | undefined;
  private turnedAt = 0;
  /** Tasks that may run before the next turn. */
  private left = 0;

  constructor(private readonly perSecondMax: number) {}

  do(task: () => void): void {
    this.timer ??= this.start();
    if (this.left < 1) {
      this.waiting.add(task);
      return;
    }
    this.left -= 1;
    task();
  }

  /** Removes a waiting task, which then takes no turn. */
  cancel(task: () => void): void {
    this.waiting.delete(task);
  }

  /** Runs all waiting tasks now. */
  flush(): void {
    this.doNext(this.waiting.size);
  }

  private start(): NodeJS.Timeout {
    this.turnedAt = performance.now();
    this.left = this.dueIn(TURN_MS);
    return setInterval(() => this.turn(), TURN_MS).unref();
  }

  private turn(): void {
    const now = performance.now();
    const due = this.dueIn(now - this.turnedAt);
    this.turnedAt = now;
    const done = this.doNext(due);
    const isIdle = done === 0 && this.left >= this.dueIn(TURN_MS);
    this.left = Math.min(due - done, this.dueIn(TURN_MS));
    if (!isIdle) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private doNext(count: number): number {
    let done = 0;
    for (const task of this.waiting) {
      if (done === count) break;
      done += 1;
      this.waiting.delete(task);
      task();
    }
    return done;
  }

  private dueIn(elapsedMs: number): number {
    return Math.ceil((this.perSecondMax * Math.min(elapsedMs, TURN_MS_MAX)) / 1_000);
  }
}
