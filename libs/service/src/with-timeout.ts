import { setTimeout as sleep } from 'node:timers/promises';

/** The outcome of `work`, or that it has not ended after `ms`. Never rejects. */
export async function withTimeout(work: Promise<unknown>, ms: number): Promise<'done' | 'failed' | 'late'> {
  const timer = new AbortController();
  const late = sleep(ms, 'late' as const, { signal: timer.signal }).catch(() => 'late' as const);
  const end = work.then(
    () => 'done' as const,
    () => 'failed' as const,
  );
  return Promise.race([end, late]).finally(() => timer.abort());
}
