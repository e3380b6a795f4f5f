import type { Attributes, AttributeValue } from '../store/span.js';

const ATTRIBUTES_MAX = 128;
const TEXT_MAX = 4_096;
const DEPTH_MAX = 6;

export const asRecord = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

export const asList = (value: unknown, max: number): unknown[] =>
  Array.isArray(value) ? value.slice(0, max) : [];

/** Copies when it cuts: a slice would keep the whole string in memory. */
export function boundedText(value: unknown, max = TEXT_MAX): string {
  if (typeof value !== 'string') return '';
  return value.length <= max ? value : `${Buffer.from(value.slice(0, max)).toString()}…`;
}

/** `KeyValue[]` of OTLP. `fromEntries` treats the name `__proto__` as any other. */
export function decodeAttributes(value: unknown): Attributes {
  return Object.fromEntries(
    asList(value, ATTRIBUTES_MAX).flatMap((item) => {
      const { key, value: content } = asRecord(item);
      const decoded = plain(content, 0);
      return typeof key === 'string' && decoded !== undefined
        ? [[boundedText(key, 256), scalar(decoded)]]
        : [];
    }),
  );
}

/** Lists and maps are only shown as JSON, so they are stored as JSON. */
function scalar(decoded: Plain): AttributeValue {
  if (typeof decoded === 'number' || typeof decoded === 'boolean') return decoded;
  return boundedText(typeof decoded === 'string' ? decoded : JSON.stringify(decoded));
}

type Plain = AttributeValue | (Plain | undefined)[] | { [key: string]: Plain | undefined };

/** The value of an OTLP `AnyValue`; `undefined` when it is invalid. */
function plain(value: unknown, depth: number): Plain | undefined {
  const any = asRecord(value);
  if (typeof any['stringValue'] === 'string') return any['stringValue'];
  if (typeof any['boolValue'] === 'boolean') return any['boolValue'];
  if (any['intValue'] !== undefined) return numeric(any['intValue'], Number.isSafeInteger);
  if (any['doubleValue'] !== undefined) return numeric(any['doubleValue'], Number.isFinite);
  if (typeof any['bytesValue'] === 'string') return any['bytesValue'];
  if (depth >= DEPTH_MAX) return '…';
  if (any['arrayValue'] !== undefined) {
    return asList(asRecord(any['arrayValue'])['values'], ATTRIBUTES_MAX).map((item) =>
      plain(item, depth + 1),
    );
  }
  if (any['kvlistValue'] === undefined) return undefined;
  const pairs = asList(asRecord(any['kvlistValue'])['values'], ATTRIBUTES_MAX).map(asRecord);
  return Object.fromEntries(
    pairs.map(({ key, value: item }) => [typeof key === 'string' ? key : '', plain(item, depth + 1)]),
  );
}

/**
 * OTLP/JSON writes 64-bit numbers and `NaN` as text. They stay text when a number cannot represent them. Any other
 * type is invalid: converting an object may throw.
 */
function numeric(value: unknown, holds: (number: number) => boolean): number | string | undefined {
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  const number = value === '' ? NaN : Number(value);
  return holds(number) ? number : String(value);
}
