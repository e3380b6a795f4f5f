import { stopTelemetry } from '@doorbuster/telemetry/start';
import { SHUTDOWN_MS } from './shutdown-budget.js';
import { withTimeout } from './with-timeout.js';

/**
 * On SIGTERM and SIGINT closes what `close` closes and exits with 0, or with 1 when that fails or hangs; in `deadlineMs`
 * at the most.
 */
export function exitOnSignal(close: () => Promise<unknown>, deadlineMs: number): void {
  const exit = async (): Promise<void> => {
    const outcome = await withTimeout(close(), deadlineMs - SHUTDOWN_MS.telemetry);
    await stopTelemetry(SHUTDOWN_MS.telemetry);
    process.exit(outcome === 'done' ? 0 : 1);
  };
  process.once('SIGTERM', () => void exit());
  process.once('SIGINT', () => void exit());
}
