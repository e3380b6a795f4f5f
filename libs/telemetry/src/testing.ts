import { context, metrics, propagation, trace, type MetricAttributes } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { MeterProvider, MetricReader, type Histogram } from '@opentelemetry/sdk-metrics';
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
  type ReadableSpan,
  type Sampler,
} from '@opentelemetry/sdk-trace';

/**
 * Importing this keeps the metrics of the process in memory. It has to come before whatever creates instruments, so it is
 * the first import of a test.
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
  /** Of a histogram: how much was recorded, and its sum. */
  value: number | { count: number; sum: number };
}

const reader = new InMemoryReader();
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));

/** What was measured of one metric, as a scraper sees it now. */
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

/** From now on this process records spans in memory, those that the sampler takes. */
export function recordSpans(sampler: Sampler): () => ReadableSpan[] {
  const exporter = new InMemorySpanExporter();
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(
    new TracerProvider({ sampler, spanProcessors: [new SimpleSpanProcessor({ exporter })] }),
  );
  return () => exporter.getFinishedSpans();
}
