/** Whoever asks while an answer is on its way, or no longer than `freshMs` after it was asked for, shares it. */
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
