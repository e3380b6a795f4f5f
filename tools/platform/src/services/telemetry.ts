import type { AppName } from './environment.js';

export interface TelemetrySettings {
  /** `undefined` when the page is off or could not start. */
  tracesUrl: string | undefined;
  /** Of the process's own metrics endpoint. */
  metricsPort: number;
}

type Signal = 'TRACES' | 'METRICS' | 'LOGS';

/** Short, so that the trace of a new order appears at once. */
const EXPORT_DELAY_MS = 500;

/** True when no variable says where traces go. */
export const wantsTracesPage = (env: NodeJS.ProcessEnv): boolean =>
  !isSetElsewhere(env) && env['OTEL_TRACES_EXPORTER'] === undefined && !hasEndpoint(env, 'TRACES');

/**
 * The telemetry variables of a process. For each signal the user's settings win. By default traces go to the page,
 * metrics to a Prometheus endpoint, and logs to standard output only. The metrics port is always ours, since each
 * process needs its own.
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

/** Whether processes have a Prometheus endpoint by this environment. */
export const servesMetrics = (env: NodeJS.ProcessEnv): boolean =>
  !isSetElsewhere(env) &&
  metricsExporters(env)
    .split(',')
    .some((name) => name.trim() === 'prometheus');

const onPage = (app: AppName, url: string): NodeJS.ProcessEnv => ({
  OTEL_BSP_SCHEDULE_DELAY: String(EXPORT_DELAY_MS),
  ...(app === 'gateway' && { TRACE_URL_TEMPLATE: `${url}/traces/{traceId}` }),
});

/** For traces only. The page reads JSON, also when the other signals use another protocol. */
const toPage = (url: string | undefined): NodeJS.ProcessEnv =>
  url === undefined
    ? { OTEL_TRACES_EXPORTER: 'none' }
    : {
        // By address: `localhost` may resolve to IPv6, on which the page does not listen.
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${url.replace('//localhost:', '//127.0.0.1:')}/v1/traces`,
        OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
      };

/** Whether the SDK ignores the variables: it is off, or has a configuration file. */
const isSetElsewhere = (env: NodeJS.ProcessEnv): boolean =>
  env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true' || env['OTEL_CONFIG_FILE'] !== undefined;

const hasEndpoint = (env: NodeJS.ProcessEnv, signal: Signal): boolean =>
  env['OTEL_EXPORTER_OTLP_ENDPOINT'] !== undefined ||
  env[`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`] !== undefined;

const metricsExporters = (env: NodeJS.ProcessEnv): string =>
  env['OTEL_METRICS_EXPORTER'] ?? (hasEndpoint(env, 'METRICS') ? 'otlp,prometheus' : 'prometheus');
