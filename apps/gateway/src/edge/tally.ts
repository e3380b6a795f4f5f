/** Counts what each key holds, up to a maximum for each key. */
export class Tally {
  private readonly counts = new Map<string, number>();

  /** @param max `null` for no maximum */
  constructor(readonly max: number | null) {}

  /** Counts one more. @returns whether there was room for it */
  take(key: string): boolean {
    const count = this.counts.get(key) ?? 0;
    if (this.max !== null && count >= this.max) return false;
    this.counts.set(key, count + 1);
    return true;
  }

  give(key: string): void {
    const count = (this.counts.get(key) ?? 0) - 1;
    if (count > 0) this.counts.set(key, count);
    else this.counts.delete(key);
  }
}
