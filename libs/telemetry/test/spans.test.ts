import { context, trace, type Span } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  activeSpans,
  fail,
  inSharedSpan,
  inSpan,
  outsideSpans,
  startSpan,
  traceparentOf,
} from '../src/index.js';

const exporter = new InMemorySpanExporter();
beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(
    new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }),
  );
});
afterEach(() => exporter.reset());

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const sampled = (digit: number) => `00-${String(digit).repeat(32)}-b7ad6b7169203331-01`;
const started = (digit: number) => startSpan(sampled(digit), `event ${digit}`) as Span;
const exported = (name: string) => exporter.getFinishedSpans().find((span) => span.name === name);

describe('a span of an event', () => {
  it('is a child of the traceparent that the event carries', () => {
    startSpan(`00-${TRACE_ID}-b7ad6b7169203331-01`, 'process')?.end();
    expect(exported('process')?.spanContext().traceId).toBe(TRACE_ID);
    expect(exported('process')?.parentSpanContext).toMatchObject({
      spanId: 'b7ad6b7169203331',
      isRemote: true,
    });
  });

  it('is undefined when the trace is not sampled', () => {
    expect(startSpan(`00-${TRACE_ID}-b7ad6b7169203331-00`, 'process')).toBeUndefined();
  });

  it('passes its own traceparent on', () => {
    const span = started(1);
    expect(traceparentOf(span)).toBe(`00-${'1'.repeat(32)}-${span.spanContext().spanId}-01`);
  });
});

describe('work shared by many events', () => {
  it('is one span, child of the first, and linked with all the others both ways', async () => {
    const spans = [started(1), started(2), started(3)];
    await inSharedSpan(spans, 'transaction', {}, () => Promise.resolve());
    for (const span of spans) span.end();
    const transaction = exported('transaction');
    const [first, ...others] = spans.map((span) => span.spanContext());
    expect(transaction?.parentSpanContext?.spanId).toBe(first?.spanId);
    expect(transaction?.links.map((link) => link.context.spanId)).toEqual(others.map(({ spanId }) => spanId));
    for (const digit of [2, 3]) {
      const [back] = exported(`event ${digit}`)?.links ?? [];
      expect(back?.context.spanId).toBe(transaction?.spanContext().spanId);
    }
    expect(exported('event 1')?.links).toEqual([]);
  });

  it('is the parent of spans started in it, except of shared work', async () => {
    const seen = await inSharedSpan([started(1)], 'transaction', {}, async () => {
      await Promise.resolve();
      return { inside: activeSpans(), outside: outsideSpans(activeSpans) };
    });
    expect(seen.inside).toHaveLength(1);
    expect(seen.outside).toEqual([]);
  });

  it('says that it failed, and still throws', async () => {
    const failing = inSharedSpan([started(1)], 'transaction', {}, () =>
      Promise.reject(new Error('deadlock')),
    );
    await expect(failing).rejects.toThrow('deadlock');
    expect(exported('transaction')).toMatchObject({ status: { message: 'deadlock' } });
    expect(exported('transaction')?.events.map(({ name }) => name)).toEqual(['exception']);
  });

  it('is no span at all when none of the events is recorded', async () => {
    await expect(inSharedSpan([], 'transaction', {}, () => Promise.resolve('done'))).resolves.toBe('done');
    expect(exporter.getFinishedSpans()).toEqual([]);
  });
});

it('work without its own span stays in the active span', async () => {
  const seen = await inSharedSpan([started(1)], 'transaction', {}, async () =>
    inSpan(undefined, activeSpans),
  );
  expect(seen).toHaveLength(1);
});

it('a malformed traceparent begins no trace', () => {
  expect(startSpan('00-not-a-trace-01', 'accept order')).toBeUndefined();
});

it('a failure is told without secrets', () => {
  const span = started(1);
  fail(span, new Error('cannot reach postgres://orders:hunter2@db/orders'));
  span.end();
  const [failed] = exporter.getFinishedSpans();
  expect(failed?.status.message).toBe('cannot reach postgres://[redacted]@db/orders');
  expect(JSON.stringify(failed?.events)).not.toContain('hunter2');
});
