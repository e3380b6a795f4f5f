import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, layoutOf, listProcesses } from '@doorbuster/embedded';

const STOP_DEADLINE_MS = 5_000;

/** Put on the command line of every service, so that it can be told whose it is, by us and in `ps`. */
export const markOf = (dataDir: string): string => `--data-dir=${dataDir}`;

/** Processes that a platform on this data directory started and that still run. */
export function findLeftovers(dataDir: string): number[] {
  const { postgres, nats } = layoutOf(dataDir);
  const marks = new Set([markOf(dataDir), postgres, `--pgdata=${postgres}.new`, `${nats}/nats-server.conf`]);
  return listProcesses()
    .filter(({ pid, args }) => pid !== process.pid && args.slice(1).some((arg) => marks.has(arg)))
    .map(({ pid }) => pid);
}

/** Stops what a killed platform left behind, in order if that can be had soon. SIGINT is "fast" to PostgreSQL. */
export async function stopLeftovers(dataDir: string): Promise<number> {
  const found = findLeftovers(dataDir);
  for (const pid of found) signal(pid, 'SIGINT');
  const end = Date.now() + STOP_DEADLINE_MS;
  while (found.some(isAlive) && findLeftovers(dataDir).length > 0 && Date.now() < end) await delay(50);
  killLeftovers(dataDir);
  return found.length;
}

/** At once and synchronously: the last thing before the process ends. */
export function killLeftovers(dataDir: string): void {
  for (const pid of findLeftovers(dataDir)) signal(pid, 'SIGKILL');
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended meanwhile.
  }
}
