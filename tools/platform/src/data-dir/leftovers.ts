import { setTimeout as delay } from 'node:timers/promises';
import { layoutOf, listProcesses } from '@doorbuster/embedded';

const STOP_DEADLINE_MS = 4_000;

/** Put on the command line of every service, so that it can be told whose it is, by us and in `ps`. */
export const markOf = (dataDir: string): string => `--data-dir=${dataDir}`;

const marksOfServers = (dataDir: string): string[] => {
  const { postgres, nats } = layoutOf(dataDir);
  return [postgres, `--pgdata=${postgres}.new`, `${nats}/nats-server.conf`];
};

/** Processes that a platform on this data directory started and that still run. */
export const findLeftovers = (dataDir: string): number[] =>
  processesMarked([markOf(dataDir), ...marksOfServers(dataDir)]);

/** Stops what a killed platform left behind: services first, in order if that can be had soon. */
export async function stopLeftovers(dataDir: string): Promise<number> {
  const found = findLeftovers(dataDir);
  await interrupt([markOf(dataDir)]);
  await interrupt(marksOfServers(dataDir));
  killLeftovers(dataDir);
  return found.length;
}

/** SIGINT asks all of them to end soon, PostgreSQL too. */
async function interrupt(marks: string[]): Promise<void> {
  for (const pid of processesMarked(marks)) signal(pid, 'SIGINT');
  const end = Date.now() + STOP_DEADLINE_MS;
  while (processesMarked(marks).length > 0 && Date.now() < end) await delay(50);
}

function processesMarked(marks: string[]): number[] {
  return listProcesses()
    .filter(({ pid, args }) => pid !== process.pid && args.slice(1).some((arg) => marks.includes(arg)))
    .map(({ pid }) => pid);
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
