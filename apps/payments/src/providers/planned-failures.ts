/**
 * How often operations have failed on purpose. It remembers the last `max` keys at least, and twice as many at most: the
 * older half is dropped as a whole. (Deleting the first key of a Map one by one leaves gaps at its front, and finding the
 * first key walks over all of them: with 200,000 keys that took 0.2 ms of CPU an order.)
 */
export class PlannedFailures {
  private recent = new Map<string, number>();
  private older = new Map<string, number>();

  constructor(private readonly max: number) {}

  /** Counts one more failure of the operation with this key, unless it has failed `times` already. */
  failsOnceMore(key: string, times: number): boolean {
    const failures = this.recent.get(key) ?? this.older.get(key) ?? 0;
    if (failures >= times) return false;
    if (this.recent.size >= this.max) {
      this.older = this.recent;
      this.recent = new Map();
    }
    this.recent.set(key, failures + 1);
    return true;
  }

  get size(): number {
    return this.recent.size + this.older.size;
  }
}
