import type { NodeSdk } from './sdk.js';

let sdk: NodeSdk | undefined;

/**
 * Starts OpenTelemetry as the standard `OTEL_*` variables say
 * (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/), or does nothing with
 * `OTEL_SDK_DISABLED=true`. To be awaited before the rest of the program is loaded, so that what is loaded then can be
 * instrumented.
 *
 * @param service the `service.name` of what is exported, unless `OTEL_SERVICE_NAME` says another
 */
export async function startTelemetry(service: string): Promise<void> {
  if (process.env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return;
  process.env['OTEL_SERVICE_NAME'] ||= service;
  // Loading the SDK takes time and memory, which a process without it saves.
  const { startSdk } = await import('./sdk.js');
  sdk = startSdk(service);
}

/**
 * Exports what is still in memory. To be called last. Never rejects, and takes no longer than `deadlineMs`: a collector
 * that does not answer must not keep a process from ending.
 */
export async function stopTelemetry(deadlineMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, deadlineMs);
  });
  const flushed = sdk?.shutdown().catch(() => undefined);
  await Promise.race([flushed, late]).finally(() => clearTimeout(timer));
}
