import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@doorbuster/telemetry';
import { StartError } from '../configuration/read-config.js';

const START_DEADLINE_MS = 60_000;
/** A busy machine may need this long for one of its own servers. */
const QUIET_MS = 5_000;

/**
 * Waits for the first connection, which the client tries for ever.
 *
 * @param urls the value of `NATS_URL`
 * @throws {StartError} after a minute
 */
export async function awaitNats<T>(connecting: Promise<T>, urls: string, logger: Logger): Promise<T> {
  const servers = urls.split(',').map((url) => new URL(url.trim()).host);
  const missing = `no connection to NATS at ${servers.join(', ')}`;
  const settled = new AbortController();
  const wait = (ms: number): Promise<'late' | undefined> =>
    sleep(ms, 'late' as const, { signal: settled.signal }).catch(() => undefined);
  const seconds = START_DEADLINE_MS / 1_000;
  void wait(QUIET_MS).then((late) => late && logger.warn(`${missing} yet, trying for ${seconds} s`));
  const giveUp = wait(START_DEADLINE_MS).then((late): Promise<T> | T => {
    if (late === undefined) return connecting;
    const advice = 'start it, or correct the address, the user or the password';
    throw new StartError(`NATS_URL: ${missing} in ${seconds} s; ${advice}.`);
  });
  return await Promise.race([connecting, giveUp]).finally(() => settled.abort());
}
