/** Holds items back until the first of them has waited for `ms`, so that items that belong together come into one batch. */
export class LingeringQueue<T> {
  private held: T[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly ms: number,
    private readonly release: (item: T) => void,
  ) {}

  add(item: T): void {
    this.held.push(item);
    this.timer ??= setTimeout(() => this.flush(), this.ms);
  }

  get waiting(): number {
    return this.held.length;
  }

  /** Releases all items now, in their order. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const items = this.held;
    this.held = [];
    for (const item of items) this.release(item);
  }
}
