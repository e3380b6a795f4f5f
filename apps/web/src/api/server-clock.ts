/** Where the server's clock may be, relative to the page's: `min <= server - page <= max`, in milliseconds. */
export interface ClockBounds {
  min: number;
  max: number;
}

/** A `Date` header, and the page's clock before the request and after the answer, in milliseconds since 1970. */
export interface ClockSample {
  date: string | null;
  sentAt: number;
  receivedAt: number;
}

/** The header has whole seconds, cut off. */
const GRAIN_MS = 1_000;

/**
 * Bounds after one more answer. The server wrote the header between `sentAt` and `receivedAt`, so each answer gives an
 * interval, and the true offset is in all of them. When they do not meet, a clock was set: the newest interval counts.
 */
export function narrow(
  bounds: ClockBounds | null,
  { date, sentAt, receivedAt }: ClockSample,
): ClockBounds | null {
  const at = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(at)) return bounds;
  const sample = { min: at - receivedAt, max: at + GRAIN_MS - sentAt };
  if (bounds === null) return sample;
  const both = { min: Math.max(bounds.min, sample.min), max: Math.min(bounds.max, sample.max) };
  return both.min <= both.max ? both : sample;
}

/** The middle of the bounds; 0 before the first answer. */
export const offsetOf = (bounds: ClockBounds | null): number =>
  bounds === null ? 0 : Math.round((bounds.min + bounds.max) / 2);

let bounds: ClockBounds | null = null;

export function observeDate(sample: ClockSample): void {
  bounds = narrow(bounds, sample);
}

/** The time of the server's clock, in milliseconds since 1970. */
export const serverNow = (): number => Date.now() + offsetOf(bounds);
