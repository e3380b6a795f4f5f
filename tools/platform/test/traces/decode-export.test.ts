import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeExport } from '../../src/traces/receiver/decode-export.js';
import { newSpanId, newTraceId } from './otlp.js';

const given = { traceId: newTraceId(), spanId: newSpanId(), startTimeUnixNano: '1795000000000000000' };
const decode = (...spans: unknown[]) => decodeExport({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
const valueOf = (value: unknown): unknown =>
  decode({ ...given, attributes: [{ key: 'a', value }] }).spans[0]?.attributes['a'];

/** An object that cannot be turned into a text or a number. */
const stubborn = { toString: 1, valueOf: 1 };
const deep = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`) as unknown;

describe('an export', () => {
  it('has spans with values of any type, and those that are none are left out', () => {
    expect(valueOf({ intValue: 7 })).toBe(7);
    expect(valueOf({ intValue: '9223372036854775807' })).toBe('9223372036854775807');
    expect(valueOf({ doubleValue: 'NaN' })).toBe('NaN');
    expect(valueOf({ doubleValue: Infinity })).toBe('Infinity');
    expect(valueOf({ bytesValue: 'AQI=' })).toBe('AQI=');
    expect(valueOf({ kvlistValue: { values: [{ key: stubborn, value: { intValue: 1 } }] } })).toBe('{"":1}');
    for (const odd of [stubborn, deep, null, undefined, true]) {
      expect(valueOf({ intValue: odd })).toBeUndefined();
      expect(valueOf({ doubleValue: odd })).toBeUndefined();
      expect(valueOf({ bytesValue: odd })).toBeUndefined();
      expect(valueOf(odd)).toBeUndefined();
    }
  });

  it('is taken but for what is no span, whatever stands in it', () => {
    const names = Object.keys({ ...given, kind: 1, name: 1, parentSpanId: 1, endTimeUnixNano: 1, status: 1 });
    for (const name of [...names, 'attributes', 'events', 'links']) {
      for (const odd of [stubborn, deep, [deep], [stubborn], 1e308, -1, NaN, '', null]) {
        const { spans, rejected } = decode({ ...given, [name]: odd }, given);
        expect([name, spans.length + rejected]).toEqual([name, 2]);
        for (const { startUs, endUs } of spans) expect(Number.isSafeInteger(endUs - startUs)).toBe(true);
      }
    }
  });

  it('never throws but for a missing list', () => {
    const json = fc.jsonValue({ maxDepth: 5 });
    const value = fc.dictionary(
      fc.constantFrom('stringValue', 'intValue', 'doubleValue', 'bytesValue', 'kvlistValue', 'arrayValue'),
      fc.oneof(json, fc.record({ values: fc.array(fc.record({ key: json, value: json })) })),
    );
    const attributes = fc.oneof(json, fc.array(fc.record({ key: fc.oneof(fc.string(), json), value })));
    const part = fc.array(fc.record({ traceId: json, spanId: json, name: json, attributes }));
    const spans = fc.record(
      { kind: json, name: json, status: json, endTimeUnixNano: json, attributes, events: part, links: part },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(spans, json, (span, resource) => {
        const scopeSpans = [{ spans: [{ ...given, ...span }] }];
        const { spans: decoded } = decodeExport({ resourceSpans: [{ resource, scopeSpans }, resource] });
        expect(decoded).toHaveLength(1);
        expect(JSON.parse(JSON.stringify(decoded))).toEqual(decoded);
      }),
    );
  });
});
