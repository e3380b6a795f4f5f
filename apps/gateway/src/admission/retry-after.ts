const SECONDS_MAX = 30;

/**
 * Seconds after which to come again: as many as it takes to serve those who were refused, each at another time of it.
 * @param random from 0 to 1, exclusive
 */
export function retryAfterSeconds(
  refusedPerSecond: number,
  settledPerSecond: number,
  random: number,
): number {
  const drain = refusedPerSecond / Math.max(1, settledPerSecond);
  return 1 + Math.floor(random * Math.min(SECONDS_MAX, drain));
}
