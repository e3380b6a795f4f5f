import type { AppName } from './environment.js';

export interface TelemetrySettings {
  /** Where the traces page is; `undefined` when it was not wanted, or could not start. */
  tracesUrl: string | undefined;
  /** Of the process's own metrics endpoint. */
  metricsPort: number;
}

type Signal = 'TRACES' | 'METRICS' | 'LOGS';

/** Soon, so that whoever has just placed a first order sees its trace. */
const EXPORT_DELAY_MS = 500;

/** Whether nobody said where spans go, or that they go nowhere, so that the page is to take them. */
export const wantsTracesPage = (env: NodeJS.ProcessEnv): boolean =>
  !isSetElsewhere(env) && env['OTEL_TRACES_EXPORTER'] === undefined && !hasEndpoint(env, 'TRACES');

/**
 * What a process is told about its telemetry, each signal by itself: what the user set for it stays. Where nobody said
 * anything, traces go to the page, metrics wait for Prometheus, and logs are on standard output only. Ports are ours:
 * each process needs its own.
 */
export function telemetryEnvironment(
  app: AppName,
  env: NodeJS.ProcessEnv,
  { tracesUrl, metricsPort }: TelemetrySettings,
): NodeJS.ProcessEnv {
  if (isSetElsewhere(env)) return {};
  const defaults = {
    OTEL_METRICS_EXPORTER: metricsExporters(env),
    OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1',
    // The SDK's own default is a collector on this machine.
    ...(!hasEndpoint(env, 'LOGS') && { OTEL_LOGS_EXPORTER: 'none' }),
    ...(tracesUrl !== undefined && onPage(app, tracesUrl)),
  };
  const missing = Object.entries(defaults).filter(([name]) => env[name] === undefined);
  return {
    ...Object.fromEntries(missing),
    ...(wantsTracesPage(env) && toPage(tracesUrl)),
    OTEL_EXPORTER_PROMETHEUS_PORT: String(metricsPort),
  };
}

/** Whether a process answers Prometheus, as far as can be told from here. */
export const servesMetrics = (env: NodeJS.ProcessEnv): boolean =>
  !isSetElsewhere(env) &&
  metricsExporters(env)
    .split(',')
    .some((name) => name.trim() === 'prometheus');

const onPage = (app: AppName, url: string): NodeJS.ProcessEnv => ({
  OTEL_BSP_SCHEDULE_DELAY: String(EXPORT_DELAY_MS),
  ...(app === 'gateway' && { TRACE_URL_TEMPLATE: `${url}/traces/{traceId}` }),
});

/** For traces alone, and as the page understands them, whatever protocol was set for the other signals. */
const toPage = (url: string | undefined): NodeJS.ProcessEnv =>
  url === undefined
    ? { OTEL_TRACES_EXPORTER: 'none' }
    : {
        // By address: a name can stand for an IPv6 address too, where nobody listens.
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${url.replace('//localhost:', '//127.0.0.1:')}/v1/traces`,
        OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
      };

/** Whether none of the variables counts: the SDK is off, or a file says everything. */
const isSetElsewhere = (env: NodeJS.ProcessEnv): boolean =>
  env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true' || env['OTEL_CONFIG_FILE'] !== undefined;

const hasEndpoint = (env: NodeJS.ProcessEnv, signal: Signal): boolean =>
  env['OTEL_EXPORTER_OTLP_ENDPOINT'] !== undefined ||
  env[`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`] !== undefined;

const metricsExporters = (env: NodeJS.ProcessEnv): string =>
  env['OTEL_METRICS_EXPORTER'] ?? (hasEndpoint(env, 'METRICS') ? 'otlp,prometheus' : 'prometheus');
