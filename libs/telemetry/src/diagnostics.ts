import { diag, DiagLogLevel } from '@opentelemetry/api';
import { createLogger } from './logger.js';

const REMIND_MS = 10 * 60_000;

/**
 * Lets the SDK complain in our log: at once, and then not again for ten minutes. It says for each batch that it could
 * not export it, several times a second while the collector is away; checkouts do not mind, and nor should their log.
 */
export function logDiagnostics(service: string): void {
  const logger = createLogger(service);
  let quietUntil = 0;
  const complain = (message: string): void => {
    if (Date.now() < quietUntil) return;
    quietUntil = Date.now() + REMIND_MS;
    logger.warn({ otel: message }, 'telemetry is not exported; everything else goes on');
  };
  const silent = (): void => undefined;
  diag.setLogger(
    { error: complain, warn: complain, info: silent, debug: silent, verbose: silent },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
}
