const TURN_MS = 10;

/**
 * Does what is asked for at a limited rate, and in the order in which it was asked. As many wait as ask: whoever uses
 * it bounds them.
 */
export class Pace {
  private waiting: (() => void)[] = [];
  private timer: NodeJS.Timeout | undefined;
  private done = 0;
  private readonly perTurn: number;

  constructor(perSecondMax: number) {
    this.perTurn = (perSecondMax * TURN_MS) / 1_000;
  }

  do(task: () => void): void {
    this.timer ??= setInterval(() => this.turn(), TURN_MS).unref();
    if (this.done >= this.perTurn) {
      this.waiting.push(task);
      return;
    }
    this.done += 1;
    task();
  }

  private turn(): void {
    const now = this.waiting.splice(0, this.perTurn);
    const isIdle = now.length === 0 && this.done === 0;
    this.done = now.length;
    for (const task of now) task();
    if (!isIdle) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
