import type { NodeSdk } from './sdk.js';

let sdk: NodeSdk | undefined;

/**
 * Starts OpenTelemetry as the standard `OTEL_*` variables say
 * (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/), or does nothing with
 * `OTEL_SDK_DISABLED=true`. Await it before the program loads other modules, which it instruments.
 *
 * @param service the `service.name`, unless `OTEL_SERVICE_NAME` is set
 */
export async function startTelemetry(service: string): Promise<void> {
  if (process.env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return;
  process.env['OTEL_SERVICE_NAME'] ||= service;
  // Loading the SDK takes time and memory.
  const { startSdk } = await import('./sdk.js');
  sdk = startSdk(service);
}

/**
 * Exports the rest. Call it last. Never rejects, and takes at most `deadlineMs`, so that a collector that does not answer
 * does not delay the end of a process.
 */
export async function stopTelemetry(deadlineMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, deadlineMs);
  });
  const flushed = sdk?.shutdown().catch(() => undefined);
  await Promise.race([flushed, late]).finally(() => clearTimeout(timer));
}
