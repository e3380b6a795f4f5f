import fc from 'fast-check';
import { expect, it } from 'vitest';
import { childTraceparent, newTraceparent, traceIdOf } from '../src/index.js';

const WELL_FORMED = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;
const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'.split('')), minLength: length, maxLength: length });

it('a new traceparent is well formed and of its own', () => {
  const made = Array.from({ length: 1_000 }, newTraceparent);
  for (const traceparent of made) expect(traceparent).toMatch(WELL_FORMED);
  expect(new Set(made.map(traceIdOf)).size).toBe(made.length);
});

it('a child stays in its trace, keeps the sampling decision, and has a parent id of its own', () => {
  fc.assert(
    fc.property(hex(32), hex(16), hex(2), (traceId, parentId, flags) => {
      fc.pre(/[1-9a-f]/.test(traceId) && /[1-9a-f]/.test(parentId));
      const child = childTraceparent(`00-${traceId}-${parentId}-${flags}`);
      expect(child).toMatch(WELL_FORMED);
      expect(traceIdOf(child)).toBe(traceId);
      expect(child.slice(-2)).toBe(flags);
      expect(child.slice(36, 52)).not.toBe(parentId);
    }),
  );
});

it.each([
  undefined,
  '',
  'nonsense',
  `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
  `00-0af7651916cd43dd8448eb211c80319c-${'0'.repeat(16)}-01`,
  '00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01',
])('what is no traceparent starts a new trace: %s', (parent) => {
  expect(childTraceparent(parent)).toMatch(WELL_FORMED);
});
