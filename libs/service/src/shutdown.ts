import { stopTelemetry } from '@doorbuster/telemetry/start';

const DEADLINE_MS = 8_000;

/** On SIGTERM and SIGINT closes what `close` closes and exits with 0, or with 1 when that takes over 8 s. */
export function exitOnSignal(close: () => Promise<unknown>): void {
  const exit = (): void => {
    setTimeout(() => process.exit(1), DEADLINE_MS).unref();
    void close()
      .then(
        () => 0,
        () => 1,
      )
      .then(async (code) => {
        await stopTelemetry();
        process.exit(code);
      });
  };
  process.once('SIGTERM', exit);
  process.once('SIGINT', exit);
}
