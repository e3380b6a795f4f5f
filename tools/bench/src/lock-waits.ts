import { setTimeout as sleep } from 'node:timers/promises';
import type { LaunchedPlatform } from '@doorbuster/platform';
import { connectTo } from './cost.js';

const SAMPLE_MS = 100;
const STATEMENT_LENGTH = 70;

/** Connections that wait for a lock, whose lock it is, and the statement that waits. */
const WAITS = `
  select format('%s waits for %s (%s): %s', waiting.usename, coalesce(holder.usename, 'an ended connection'), waiting.wait_event,
                left(regexp_replace(waiting.query, '\\s+', ' ', 'g'), ${STATEMENT_LENGTH})) as wait
  from pg_stat_activity waiting
  left join pg_stat_activity holder on holder.pid = (pg_blocking_pids(waiting.pid))[1]
  where waiting.wait_event_type = 'Lock'`;

/** @returns a function that stops sampling, and gives how many connections wait for a lock on average, by who waits for what */
export async function sampleLockWaits(
  platform: LaunchedPlatform,
): Promise<() => Promise<Map<string, number>>> {
  const client = await connectTo(platform);
  const seen = new Map<string, number>();
  let samples = 0;
  const stop = new AbortController();
  const sample = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const { rows } = await client.query<{ wait: string }>(WAITS);
      samples += 1;
      for (const { wait } of rows) seen.set(wait, (seen.get(wait) ?? 0) + 1);
      await sleep(SAMPLE_MS);
    }
  };
  const sampling = sample();
  return async () => {
    stop.abort();
    await sampling;
    await client.end();
    return new Map([...seen].map(([wait, times]) => [wait, times / samples]));
  };
}
