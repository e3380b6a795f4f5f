import { describe, expect, it } from 'vitest';
import { exportsElsewhere, servesMetrics, telemetryEnvironment } from '../src/services/telemetry.js';

describe('the telemetry of a process', () => {
  const of = (env: NodeJS.ProcessEnv, tracesUrl?: string, app: 'orders' | 'gateway' = 'orders') =>
    telemetryEnvironment(app, env, { tracesUrl, metricsPort: 9_464 });
  const page = 'http://localhost:20123';

  it('goes to the page of this platform, soon', () => {
    expect(exportsElsewhere({})).toBe(false);
    expect(of({}, page)).toEqual({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:20123',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_BSP_SCHEDULE_DELAY: '500',
      OTEL_METRICS_EXPORTER: 'prometheus',
      OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1',
      OTEL_EXPORTER_PROMETHEUS_PORT: '9464',
    });
    expect(of({}, page, 'gateway')).toMatchObject({ TRACE_URL_TEMPLATE: `${page}/traces/{traceId}` });
  });

  it('goes where the user says, metrics too', () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };
    expect(exportsElsewhere(env)).toBe(true);
    expect(of(env)).toEqual({
      OTEL_METRICS_EXPORTER: 'otlp,prometheus',
      OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1',
      OTEL_EXPORTER_PROMETHEUS_PORT: '9464',
    });
    expect(exportsElsewhere({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector' })).toBe(true);
  });

  it('is as the user set it, but for the ports, of which each process needs its own', () => {
    const env = {
      OTEL_BSP_SCHEDULE_DELAY: '9000',
      TRACE_URL_TEMPLATE: 'http://jaeger/{traceId}',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_EXPORTER_PROMETHEUS_PORT: '1',
    };
    const told = of(env, page, 'gateway');
    for (const name of Object.keys(env).slice(0, 3)) expect(told).not.toHaveProperty(name);
    expect(told).toMatchObject({ OTEL_EXPORTER_PROMETHEUS_PORT: '9464' });
    expect(servesMetrics(env)).toBe(false);
    expect(servesMetrics({})).toBe(true);
  });

  it('is nothing when the user wants none', () => {
    const env = { OTEL_SDK_DISABLED: 'true' };
    expect([exportsElsewhere(env), servesMetrics(env), of(env)]).toEqual([true, false, {}]);
  });
});
