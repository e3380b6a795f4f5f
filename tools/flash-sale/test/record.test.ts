import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SaleEvent } from '../src/buyers/sale-event.js';
import { Recorder } from '../src/record/recorder.js';
import { stageFigures } from '../src/record/stages.js';
import { SLICE_MS } from '../src/record/timeline.js';

const settled = (outcome: 'BOUGHT' | 'DECLINED' | 'SOLD_OUT', tookMs: number): SaleEvent => ({
  kind: 'SETTLED',
  outcome,
  tookMs,
});
const figuresOf = (recorder: Recorder) =>
  Object.fromEntries(stageFigures(recorder.stages).map((figures) => [figures.stage, figures]));

describe('recorder', () => {
  it('counts "sold out" apart from whole checkouts', () => {
    const recorder = new Recorder(10);
    recorder.note(1, settled('BOUGHT', 100));
    recorder.note(2, settled('DECLINED', 200));
    for (let i = 0; i < 98; i += 1) recorder.note(3, settled('SOLD_OUT', 1));
    const { settle, refuse } = figuresOf(recorder);
    expect(settle).toMatchObject({ count: 2 });
    expect(settle?.p50).toBeCloseTo(100, 0);
    expect(refuse).toMatchObject({ count: 98 });
    expect(refuse?.max).toBeCloseTo(1, 1);
  });

  it('times acceptance only for buyers who asked for no more', () => {
    const recorder = new Recorder(10);
    recorder.note(1, { kind: 'ACCEPTED', tookMs: 5 });
    recorder.note(1, { kind: 'ACCEPTED', tookMs: undefined });
    expect(recorder.totals.accepted).toBe(2);
    expect(figuresOf(recorder)['accept']?.count).toBe(1);
  });

  it('records when the last unit was sold', () => {
    const recorder = new Recorder(2);
    recorder.note(10, settled('BOUGHT', 1));
    recorder.note(20, settled('SOLD_OUT', 1));
    expect(recorder.soldOutAtMs).toBeUndefined();
    recorder.note(30, settled('BOUGHT', 1));
    recorder.note(40, settled('SOLD_OUT', 1));
    expect(recorder.soldOutAtMs).toBe(30);
  });

  it('measures percentiles to three digits at any latency', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 600_000 }), { minLength: 1, maxLength: 200 }), (all) => {
        const recorder = new Recorder(1_000);
        for (const ms of all) recorder.note(0, settled('BOUGHT', ms));
        const exact = all.toSorted((a, b) => a - b)[Math.ceil(all.length * 0.5) - 1] ?? 0;
        const { settle } = figuresOf(recorder);
        expect(Math.abs((settle?.p50 ?? 0) - exact) / exact).toBeLessThan(0.002);
        expect(Math.abs((settle?.max ?? 0) / Math.max(...all) - 1)).toBeLessThan(0.002);
      }),
    );
  });

  it('has no percentile above the highest value', () => {
    const recorder = new Recorder(1_000);
    recorder.note(0, settled('SOLD_OUT', 2_711.5));
    const { refuse } = figuresOf(recorder);
    expect(refuse).toMatchObject({ p50: 2_711.5, p999: 2_711.5, max: 2_711.5 });
  });
});

describe('timeline', () => {
  it('has every slice and counts every event', () => {
    const times = fc.array(fc.nat(20_000), { minLength: 1, maxLength: 100 });
    fc.assert(
      fc.property(times, (unordered) => {
        const recorder = new Recorder(1);
        for (const atMs of unordered.toSorted((a, b) => a - b)) recorder.note(atMs, { kind: 'ARRIVED' });
        const { slices } = recorder.timeline;
        expect(slices.map(({ atMs }) => atMs)).toEqual(slices.map((_, i) => i * SLICE_MS));
        expect(slices.reduce((sum, { arrived }) => sum + arrived, 0)).toBe(unordered.length);
      }),
    );
  });

  it('has the latencies of each slice alone, and none where no checkout ended', () => {
    const recorder = new Recorder(10);
    recorder.note(10, settled('BOUGHT', 1_000));
    recorder.note(SLICE_MS + 1, settled('SOLD_OUT', 1));
    recorder.note(2 * SLICE_MS + 1, settled('BOUGHT', 10));
    recorder.timeline.seal();
    const [first, second, third] = recorder.timeline.slices;
    expect(first?.p99).toBeCloseTo(1_000, -1);
    expect(second?.p50).toBeNull();
    expect(third?.p99).toBeCloseTo(10, 0);
  });
});
