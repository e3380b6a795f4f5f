/** Calls that come while one is running, or within `freshMs` after it started, share its result. */
export function singleFlight<T>(ask: () => Promise<T>, freshMs: number): () => Promise<T> {
  let current: Promise<T> | undefined;
  let freshUntil = 0;
  return () => {
    if (current && performance.now() < freshUntil) return current;
    freshUntil = Infinity;
    const askedAt = performance.now();
    current = ask().finally(() => (freshUntil = askedAt + freshMs));
    return current;
  };
}
