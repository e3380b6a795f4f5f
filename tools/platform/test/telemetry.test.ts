import { describe, expect, it } from 'vitest';
import { servesMetrics, telemetryEnvironment, wantsTracesPage } from '../src/services/telemetry.js';

const page = 'http://localhost:20123';
const prometheus = { OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1', OTEL_EXPORTER_PROMETHEUS_PORT: '9464' };
const toPage = {
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:20123/v1/traces',
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
  OTEL_BSP_SCHEDULE_DELAY: '500',
};
const metricsHere = { ...prometheus, OTEL_METRICS_EXPORTER: 'prometheus' };
const here = { ...metricsHere, OTEL_LOGS_EXPORTER: 'none' };

describe('the telemetry of a process', () => {
  /** As the platform does it: the page is there only when it is wanted. */
  const of = (env: NodeJS.ProcessEnv, app: 'orders' | 'gateway' = 'orders') =>
    telemetryEnvironment(app, env, {
      tracesUrl: wantsTracesPage(env) ? page : undefined,
      metricsPort: 9_464,
    });

  it('goes to the page of this platform, soon', () => {
    expect(of({})).toEqual({ ...here, ...toPage });
    expect(of({}, 'gateway')).toMatchObject({ TRACE_URL_TEMPLATE: `${page}/traces/{traceId}` });
  });

  it('exports no traces when the page could not start', () => {
    const told = telemetryEnvironment('gateway', {}, { tracesUrl: undefined, metricsPort: 9_464 });
    expect(told).toEqual({ ...here, OTEL_TRACES_EXPORTER: 'none' });
  });

  it('goes to the user’s endpoint', () => {
    expect(of({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' })).toEqual({
      ...prometheus,
      OTEL_METRICS_EXPORTER: 'otlp,prometheus',
    });
  });

  it('goes to the user’s endpoint for each signal separately', () => {
    expect(of({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector/v1/traces' })).toEqual(here);
    expect(of({ OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'http://collector/v1/logs' })).toEqual({
      ...metricsHere,
      ...toPage,
    });
    expect(of({ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://collector/v1/metrics' })).toEqual({
      ...here,
      ...toPage,
      OTEL_METRICS_EXPORTER: 'otlp,prometheus',
    });
  });

  it.each(['none', 'console', 'otlp'])('leaves traces alone that are to go to %s', (exporter) => {
    expect(wantsTracesPage({ OTEL_TRACES_EXPORTER: exporter })).toBe(false);
    expect(of({ OTEL_TRACES_EXPORTER: exporter })).toEqual(here);
  });

  it('uses JSON for the page, also when other signals use another protocol', () => {
    expect(of({ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_LOGS_EXPORTER: 'otlp' })).toMatchObject(toPage);
  });

  it('keeps the user’s settings except the metrics port', () => {
    const env = {
      OTEL_BSP_SCHEDULE_DELAY: '9000',
      TRACE_URL_TEMPLATE: 'http://jaeger/{traceId}',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'console',
      OTEL_EXPORTER_PROMETHEUS_PORT: '1',
    };
    const told = of(env, 'gateway');
    for (const name of Object.keys(env).slice(0, 4)) expect(told).not.toHaveProperty(name);
    expect(told).toMatchObject({ OTEL_EXPORTER_PROMETHEUS_PORT: '9464' });
    expect(servesMetrics(env)).toBe(false);
    expect(servesMetrics({})).toBe(true);
  });

  it.each([{ OTEL_SDK_DISABLED: 'true' }, { OTEL_CONFIG_FILE: '/etc/otel.yaml' }])(
    'is nothing of ours when the user wants none, or wrote a file: %o',
    (env) => expect([wantsTracesPage(env), servesMetrics(env), of(env)]).toEqual([false, false, {}]),
  );
});
