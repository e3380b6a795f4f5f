import type { Logger } from '@doorbuster/telemetry';
import { stopTelemetry } from '@doorbuster/telemetry/start';
import { SHUTDOWN_MS } from './shutdown-budget.js';
import { withTimeout } from './with-timeout.js';

/** On SIGTERM and SIGINT calls `close`, and exits within `deadlineMs`: with 0, or with 1 if `close` fails or hangs. */
export function exitOnSignal(close: () => Promise<unknown>, deadlineMs: number): void {
  const exit = async (): Promise<void> => {
    const outcome = await withTimeout(close(), deadlineMs - SHUTDOWN_MS.telemetry);
    await stopTelemetry(SHUTDOWN_MS.telemetry);
    process.exit(outcome === 'done' ? 0 : 1);
  };
  process.once('SIGTERM', () => void exit());
  process.once('SIGINT', () => void exit());
}

/** A part that hangs, because its peer is gone, must not use up the time of the parts that are closed after it. */
export async function closeWithin(
  deadlineMs: number,
  what: string,
  closing: Promise<unknown>,
  logger: Logger,
): Promise<void> {
  const outcome = await withTimeout(closing, deadlineMs);
  if (outcome !== 'done') logger.warn(`${what} not closed in order: ${outcome}`);
}
