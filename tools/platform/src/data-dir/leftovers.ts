import { realpathSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { layoutOf, listProcesses, postgresProcessesIn } from '@doorbuster/embedded';

const STOP_DEADLINE_MS = 4_000;

/** Put on the command line of every service, so that it can be told whose it is, by us and in `ps`. */
export const markOf = (dataDir: string): string => `--data-dir=${dataDir}`;

/** Started as root, PostgreSQL does not name its data directory on the command line: it works in it. */
function serversOf(dataDir: string): number[] {
  const { postgres, nats } = layoutOf(dataDir);
  const marked = processesMarked([postgres, `--pgdata=${postgres}.new`, `${nats}/nats-server.conf`]);
  return [...new Set([...marked, ...[postgres, `${postgres}.new`].flatMap(postgresIn)])];
}

/** Processes that a platform on this data directory started and that still run. */
export const findLeftovers = (dataDir: string): number[] => [
  ...processesMarked([markOf(dataDir)]),
  ...serversOf(dataDir),
];

/** Stops what a killed platform left behind: services first, in order if that can be had soon. */
export async function stopLeftovers(dataDir: string): Promise<number> {
  const found = findLeftovers(dataDir);
  await interrupt(() => processesMarked([markOf(dataDir)]));
  await interrupt(() => serversOf(dataDir));
  killLeftovers(dataDir);
  return found.length;
}

/** SIGINT asks all of them to end soon, PostgreSQL too. */
async function interrupt(find: () => number[]): Promise<void> {
  for (const pid of find()) signal(pid, 'SIGINT');
  const end = Date.now() + STOP_DEADLINE_MS;
  while (find().length > 0 && Date.now() < end) await delay(50);
}

/** A process works in the real directory, whatever links lead to it. */
function postgresIn(dataDir: string): number[] {
  try {
    return postgresProcessesIn(realpathSync(dataDir));
  } catch {
    return []; // There is no such directory.
  }
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
