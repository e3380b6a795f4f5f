const TURN_MS = 10;
/** After a longer turn of the event loop no more is made up for: it is busy with something else. */
const TURN_MS_MAX = 100;

/**
 * Does what is asked for at a limited rate, and in the order in which it was asked. As many wait as ask and do not
 * cancel: whoever uses it bounds them.
 */
export class Pace {
  private readonly waiting = new Set<() => void>();
  private timer: NodeJS.Timeout | undefined;
  private turnedAt = 0;
  /** So many may be done before the next turn. */
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

  /** It is not done if it still waits, and takes no turn. */
  cancel(task: () => void): void {
    this.waiting.delete(task);
  }

  /** Does all that waits, now. */
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
