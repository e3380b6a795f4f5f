import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LingeringQueue } from '../src/lingering-queue.js';

let released: number[];
let queue: LingeringQueue<number>;
beforeEach(() => {
  vi.useFakeTimers();
  released = [];
  queue = new LingeringQueue(50, (item) => released.push(item));
});
afterEach(() => void vi.useRealTimers());

it('releases its items together, in their order, when the first is due', () => {
  queue.add(1);
  vi.advanceTimersByTime(49);
  queue.add(2);
  expect(released).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(released).toEqual([1, 2]);
  queue.add(3);
  vi.advanceTimersByTime(49);
  expect(released).toEqual([1, 2]);
  vi.advanceTimersByTime(1);
  expect(released).toEqual([1, 2, 3]);
});

it('releases everything at once when it is flushed, each item once', () => {
  queue.add(1);
  queue.add(2);
  expect(queue.waiting).toBe(2);
  queue.flush();
  expect(released).toEqual([1, 2]);
  vi.advanceTimersByTime(1_000);
  expect([released, queue.waiting]).toEqual([[1, 2], 0]);
});
