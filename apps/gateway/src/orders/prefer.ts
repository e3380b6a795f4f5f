const WAIT_SECONDS_MAX = 30;
const WAIT = /^\s*wait\s*=\s*"?(\d{1,9})"?\s*$/i;

/**
 * Seconds that the caller prefers to wait, at most 30; `undefined` when there is no such preference. One that is
 * malformed is ignored, as all preferences may be: https://www.rfc-editor.org/rfc/rfc7240#section-4.3
 */
export function preferredWaitSeconds(header: string | string[] | undefined): number | undefined {
  for (const preference of String(header ?? '').split(',')) {
    const seconds = WAIT.exec(preference.split(';', 1)[0] ?? '')?.[1];
    if (seconds !== undefined) return Math.min(Number(seconds), WAIT_SECONDS_MAX);
  }
  return undefined;
}
