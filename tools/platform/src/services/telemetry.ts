import type { AppName } from './environment.js';

export interface TelemetrySettings {
  /** Where the traces page is; `undefined` when spans go elsewhere, or nowhere. */
  tracesUrl: string | undefined;
  /** Of the process's own metrics endpoint. */
  metricsPort: number;
}

/** Soon, so that whoever has just placed a first order sees its trace. */
const EXPORT_DELAY_MS = 500;

/** Whether spans go where the user says, or nowhere, so that nothing of ours is to take them. */
export const exportsElsewhere = (env: NodeJS.ProcessEnv): boolean =>
  isDisabled(env) ||
  env['OTEL_EXPORTER_OTLP_ENDPOINT'] !== undefined ||
  env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] !== undefined;

/** What a process is told about its telemetry. Whatever the user set stays, but for ports, of which each needs its own. */
export function telemetryEnvironment(
  app: AppName,
  env: NodeJS.ProcessEnv,
  { tracesUrl, metricsPort }: TelemetrySettings,
): NodeJS.ProcessEnv {
  if (isDisabled(env)) return {};
  const defaults = {
    ...(tracesUrl !== undefined && toTracesPage(app, tracesUrl)),
    OTEL_METRICS_EXPORTER: metricsExporters(env),
    OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1',
  };
  const missing = Object.entries(defaults).filter(([name]) => env[name] === undefined);
  return { ...Object.fromEntries(missing), OTEL_EXPORTER_PROMETHEUS_PORT: String(metricsPort) };
}

/** Whether a process answers Prometheus. */
export const servesMetrics = (env: NodeJS.ProcessEnv): boolean =>
  !isDisabled(env) &&
  metricsExporters(env)
    .split(',')
    .some((name) => name.trim() === 'prometheus');

const toTracesPage = (app: AppName, url: string): NodeJS.ProcessEnv => ({
  // By address: a name can stand for an IPv6 address too, where nobody listens.
  OTEL_EXPORTER_OTLP_ENDPOINT: url.replace('//localhost:', '//127.0.0.1:'),
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  OTEL_LOGS_EXPORTER: 'none',
  OTEL_BSP_SCHEDULE_DELAY: String(EXPORT_DELAY_MS),
  ...(app === 'gateway' && { TRACE_URL_TEMPLATE: `${url}/traces/{traceId}` }),
});

const isDisabled = (env: NodeJS.ProcessEnv): boolean => env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true';

const metricsExporters = (env: NodeJS.ProcessEnv): string =>
  env['OTEL_METRICS_EXPORTER'] ??
  (env['OTEL_EXPORTER_OTLP_ENDPOINT'] === undefined ? 'prometheus' : 'otlp,prometheus');
