import { context, metrics, propagation, trace, type MetricAttributes } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { MeterProvider, MetricReader, type Histogram } from '@opentelemetry/sdk-metrics';
import {
  InMemorySpanExporter,
  SamplingDecision,
  SimpleSpanProcessor,
  TracerProvider,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace';
import { contextOf } from './trace-context.js';

/**
 * Importing this module keeps the metrics of the process in memory. It must be the first import of a test, before any
 * instrument is created.
 */
class InMemoryReader extends MetricReader {
  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }
}

export interface Point {
  attributes: MetricAttributes;
  /** For a histogram: count and sum. */
  value: number | { count: number; sum: number };
}

const reader = new InMemoryReader();
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));

/** The current values of a metric, as a scraper sees them. */
export async function measured(name: string): Promise<Point[]> {
  const { resourceMetrics } = await reader.collect();
  return resourceMetrics.scopeMetrics
    .flatMap((scope) => scope.metrics)
    .filter(({ descriptor }) => descriptor.name === name)
    .flatMap(({ dataPoints }) =>
      dataPoints.map(({ attributes, value }) => ({ attributes, value: plain(value) })),
    );
}

const plain = (value: unknown): Point['value'] => {
  if (typeof value === 'number') return value;
  const { count, sum } = value as Histogram;
  return { count, sum: sum ?? 0 };
};

/** Records spans in memory from now on, for traces for which `isRecorded` returns true. */
export function recordSpans(isRecorded: (traceId: string) => boolean): () => ReadableSpan[] {
  const sampler = {
    shouldSample: (_context: unknown, traceId: string) => ({
      decision: isRecorded(traceId) ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD,
    }),
    toString: () => 'as the test says',
  };
  const exporter = new InMemorySpanExporter();
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator({
    inject: () => undefined,
    extract: (parent, carrier, getter) => {
      const header = getter.get(carrier, 'traceparent');
      return typeof header === 'string' ? contextOf(header) : parent;
    },
    fields: () => ['traceparent'],
  });
  trace.setGlobalTracerProvider(
    new TracerProvider({ sampler, spanProcessors: [new SimpleSpanProcessor({ exporter })] }),
  );
  return () => exporter.getFinishedSpans();
}
