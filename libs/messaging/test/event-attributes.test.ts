import { version } from 'uuid';
import { afterEach, expect, it, vi } from 'vitest';
import { newId, timeNow } from '../src/event-attributes.js';

afterEach(() => vi.useRealTimers());

it('ids are UUIDv7, all different, and keep their value when the pool is filled again', () => {
  const ids = Array.from({ length: 1_000 }, newId);
  expect(new Set(ids).size).toBe(1_000);
  expect(new Set(ids.map(version))).toEqual(new Set([7]));
});

it('the time is that of the call', () => {
  vi.useFakeTimers({ now: 1_000 });
  expect(timeNow()).toBe('1970-01-01T00:00:01.000Z');
  vi.setSystemTime(1_001);
  expect(timeNow()).toBe('1970-01-01T00:00:01.001Z');
});
