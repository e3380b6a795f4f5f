import { describe, expect, it } from 'vitest';
import { decodeExport } from '../../src/traces/receiver/decode-export.js';
import { STORE_LIMITS } from '../../src/traces/store/limits.js';
import { TraceStore } from '../../src/traces/store/trace-store.js';
import { newSpanId, newTraceId, otlp, span, type TestSpan } from './otlp.js';

const add = (store: TraceStore, ...spans: TestSpan[]): void => {
  for (const decoded of decodeExport(otlp(...spans)).spans) store.add(decoded);
};
const sizeOf = (given: TestSpan): number => decodeExport(otlp(given)).spans[0]?.bytes ?? 0;
const idsIn = (store: TraceStore): string[] => [...store.all()].map(({ traceId }) => traceId);

describe('the store of traces', () => {
  it('lets the oldest traces go when there are too many', () => {
    const store = new TraceStore({ ...STORE_LIMITS, tracesMax: 2 });
    const spans = [span(), span(), span()];
    add(store, ...spans);
    expect(idsIn(store)).toEqual(spans.slice(1).map(({ traceId }) => traceId));
    expect(store.size).toMatchObject({ traces: 2, spans: 2, evicted: 1 });
  });

  it('lets as many old traces go as the spans and the bytes of a new one take', () => {
    for (const limits of [{ spansMax: 4 }, { bytesMax: 4 * 1_700 }]) {
      const store = new TraceStore({ ...STORE_LIMITS, ...limits });
      const traceId = newTraceId();
      const attributes = { text: 'x'.repeat(500) };
      add(store, ...[1, 2, 3].map(() => span({ attributes })));
      add(store, ...[1, 2, 3].map(() => span({ traceId, attributes })));
      expect(idsIn(store)).toContain(traceId);
      expect(store.size).toMatchObject({ traces: 2, spans: 4 });
    }
  });

  it('keeps so many spans and bytes of one trace, and counts the others', () => {
    for (const limits of [{ spansPerTraceMax: 2 }, { bytesPerTraceMax: 2 * 1_700 }]) {
      const store = new TraceStore({ ...STORE_LIMITS, ...limits });
      const traceId = newTraceId();
      add(store, ...[1, 2, 3, 4, 5].map(() => span({ traceId, attributes: { text: 'x'.repeat(500) } })));
      expect(store.get(traceId)?.spans.size).toBe(2);
      expect(store.get(traceId)?.dropped).toBe(3);
    }
  });

  it('counts a span once that is sent twice', () => {
    const store = new TraceStore();
    const sent = span();
    add(store, sent);
    const before = store.size;
    add(store, sent);
    expect(store.size).toEqual(before);
  });

  it('loses nothing of a full trace that is sent again', () => {
    const one = { spansPerTraceMax: 3 };
    const bytes = { bytesPerTraceMax: 3 * 1_700 };
    for (const limits of [one, bytes]) {
      const store = new TraceStore({ ...STORE_LIMITS, ...limits });
      const traceId = newTraceId();
      const spans = [1, 2, 3].map(() => span({ traceId, attributes: { text: 'x'.repeat(500) } }));
      add(store, ...spans);
      const before = store.size;
      add(store, ...spans);
      expect(store.size).toEqual(before);
      expect(store.get(traceId)).toMatchObject({ dropped: 0, version: 3 });
      add(store, span({ traceId, attributes: { text: 'x'.repeat(500) } }));
      expect(store.get(traceId)).toMatchObject({ dropped: 1 });
      expect(store.size).toEqual(before);
    }
  });

  it('counts all that a span holds, so that a few large ones take the room of many', () => {
    const text = 'x'.repeat(250);
    const plain = sizeOf(span());
    const grown = [
      span({ attributes: { [text]: 1 } }),
      span({ events: [text] }),
      span({ service: text }),
      span({ links: [1, 2, 3].map(() => ({ traceId: newTraceId(), spanId: newSpanId() })) }),
    ];
    for (const one of grown) expect(sizeOf(one)).toBeGreaterThan(plain + 200);
  });

  it('keeps the links of a whole batch, each once', () => {
    const links = Array.from({ length: 4_095 }, () => ({ traceId: newTraceId(), spanId: newSpanId() }));
    const first = links[0] as (typeof links)[number];
    const [decoded] = decodeExport(otlp(span({ links: [...links, first] }))).spans;
    expect(decoded?.links.map(({ spanId }) => spanId)).toEqual(links.map(({ spanId }) => spanId));
  });

  it('stays within its bounds whatever comes', () => {
    const limits = {
      tracesMax: 50,
      spansMax: 300,
      spansPerTraceMax: 20,
      bytesMax: 200_000,
      bytesPerTraceMax: 40_000,
    };
    const store = new TraceStore(limits);
    const traces = Array.from({ length: 120 }, newTraceId);
    for (let turn = 0; turn < 4_000; turn += 1) {
      const traceId = traces[(turn * 7_919) % traces.length] as string;
      add(store, span({ traceId, attributes: { text: 'x'.repeat((turn * 31) % 3_000) } }));
      const { traces: count, spans, bytes } = store.size;
      expect(count <= limits.tracesMax && spans <= limits.spansMax && bytes <= limits.bytesMax).toBe(true);
    }
    const held = [...store.all()];
    expect(store.size.spans).toBe(held.reduce((sum, { spans }) => sum + spans.size, 0));
    expect(store.size.bytes).toBe(held.reduce((sum, { bytes }) => sum + bytes, 0));
  });
});
