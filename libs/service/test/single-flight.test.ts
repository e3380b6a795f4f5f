import { describe, expect, it } from 'vitest';
import { singleFlight } from '../src/single-flight.js';

const FRESH_MS = 100;

/** An answer that comes, or fails, when the test says so. */
function held() {
  const answers: PromiseWithResolvers<string>[] = [];
  const ask = singleFlight(() => {
    const answer = Promise.withResolvers<string>();
    answers.push(answer);
    return answer.promise;
  }, FRESH_MS);
  return { ask, answers };
}

const passed = async (ms: number): Promise<void> => {
  const begun = performance.now();
  await expect.poll(() => performance.now() - begun, { interval: 10 }).toBeGreaterThan(ms);
};

describe('a shared call', () => {
  it('runs once for all callers that come while it is running', async () => {
    const { ask, answers } = held();
    const first = ask();
    await passed(FRESH_MS);
    const second = ask();
    answers[0]?.resolve('up');
    expect(await Promise.all([first, second])).toEqual(['up', 'up']);
    expect(answers).toHaveLength(1);
  });

  it('runs again once its result is no longer fresh', async () => {
    const { ask, answers } = held();
    const first = ask();
    answers[0]?.resolve('up');
    await first;
    expect(await ask()).toBe('up');
    await passed(FRESH_MS);
    const later = ask();
    answers[1]?.resolve('down');
    expect(await later).toBe('down');
  });

  it('fails for all callers that share it, and for no later one', async () => {
    const { ask, answers } = held();
    const both = Promise.allSettled([ask(), ask()]);
    answers[0]?.reject(new Error('away'));
    expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await passed(FRESH_MS);
    const later = ask();
    answers[1]?.resolve('up');
    expect(await later).toBe('up');
  });
});
