import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Throttle } from '../../src/edge/throttle.js';

describe('the throttle', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] }));
  afterEach(() => vi.useRealTimers());

  it('runs rare tasks at once', () => {
    const pace = new Throttle(1_000);
    const done: number[] = [];
    for (let i = 0; i < 5; i += 1) {
      pace.do(() => done.push(i));
      expect(done).toHaveLength(i + 1);
      vi.advanceTimersByTime(20);
    }
  });

  it('runs the others later, in order, at its rate', () => {
    const pace = new Throttle(1_000);
    const done: number[] = [];
    for (let i = 0; i < 500; i += 1) pace.do(() => done.push(i));
    expect(done).toHaveLength(10);
    vi.advanceTimersByTime(100);
    expect(done).toHaveLength(110);
    vi.advanceTimersByTime(400);
    expect(done).toEqual(Array.from({ length: 500 }, (_, i) => i));
  });

  it('keeps the order of waiting tasks', () => {
    const pace = new Throttle(1_000);
    const done: string[] = [];
    for (let i = 0; i < 15; i += 1) pace.do(() => done.push('early'));
    vi.advanceTimersByTime(10);
    pace.do(() => done.push('late'));
    expect(done).toEqual([...Array.from({ length: 15 }, () => 'early'), 'late']);
  });

  it('spends no turn on a cancelled task', () => {
    const pace = new Throttle(1_000);
    const done: number[] = [];
    const tasks = Array.from({ length: 40 }, (_, i) => () => void done.push(i));
    for (const task of tasks) pace.do(task);
    for (const task of tasks.slice(10, 30)) pace.cancel(task);
    vi.advanceTimersByTime(10);
    expect(done).toEqual([...Array(10).keys(), ...Array.from({ length: 10 }, (_, i) => 30 + i)]);
  });

  it('runs all waiting tasks on flush', () => {
    const pace = new Throttle(1_000);
    const done: number[] = [];
    for (let i = 0; i < 500; i += 1) pace.do(() => done.push(i));
    pace.flush();
    expect(done).toEqual([...Array(500).keys()]);
    vi.advanceTimersByTime(1_000);
    expect(done).toHaveLength(500);
  });

  it('has no timer while idle', () => {
    const pace = new Throttle(1_000);
    pace.do(() => {});
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(100);
    expect(vi.getTimerCount()).toBe(0);
  });
});
