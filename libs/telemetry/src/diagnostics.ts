import { diag, DiagLogLevel } from '@opentelemetry/api';
import { createLogger } from './logger.js';

const REMIND_MS = 10 * 60_000;

/**
 * Logs the SDK's errors: each kind at once, and then at most every ten minutes. While the collector is down the SDK reports
 * an error for each batch, several times a second.
 */
export function logDiagnostics(service: string): void {
  const logger = createLogger(service);
  const quietUntil = { drops: 0, failures: 0 };
  const complain = (message: string): void => {
    const kind = /drop/i.test(message) ? 'drops' : 'failures';
    if (Date.now() < quietUntil[kind]) return;
    quietUntil[kind] = Date.now() + REMIND_MS;
    logger.warn({ otel: message }, 'telemetry is incomplete; everything else goes on');
  };
  const silent = (): void => undefined;
  diag.setLogger(
    { error: complain, warn: complain, info: silent, debug: silent, verbose: silent },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
}
