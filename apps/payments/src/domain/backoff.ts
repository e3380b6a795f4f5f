export interface Backoff {
  minMs: number;
  maxMs: number;
}

/** Doubles with every attempt; the jitter (half to whole) keeps those that failed together from coming back together. */
export function backoffMs(attempts: number, { minMs, maxMs }: Backoff, random: number): number {
  const wholeMs = Math.min(maxMs, minMs * 2 ** Math.min(attempts - 1, 30));
  return Math.ceil(wholeMs * (0.5 + random / 2));
}
