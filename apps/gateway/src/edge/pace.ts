const TURN_MS = 10;
/** After a longer turn of the event loop no more is made up for: it is busy with something else. */
const TURN_MS_MAX = 100;

/**
 * Does what is asked for at a limited rate, and in the order in which it was asked. As many wait as ask: whoever uses
 * it bounds them.
 */
export class Pace {
  private readonly waiting: (() => void)[] = [];
  private timer: NodeJS.Timeout | undefined;
  private turnedAt = 0;
  /** So many may be done before the next turn. */
  private left = 0;

  constructor(private readonly perSecondMax: number) {}

  do(task: () => void): void {
    this.timer ??= this.start();
    if (this.left < 1) {
      this.waiting.push(task);
      return;
    }
    this.left -= 1;
    task();
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
    const tasks = this.waiting.splice(0, due);
    for (const task of tasks) task();
    const isIdle = tasks.length === 0 && this.left >= this.dueIn(TURN_MS);
    this.left = Math.min(due - tasks.length, this.dueIn(TURN_MS));
    if (!isIdle) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private dueIn(elapsedMs: number): number {
    return Math.ceil((this.perSecondMax * Math.min(elapsedMs, TURN_MS_MAX)) / 1_000);
  }
}
