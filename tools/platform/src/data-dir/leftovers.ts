import { realpathSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { layoutOf, listProcesses, postgresProcessesIn } from '@doorbuster/embedded';

const STOP_DEADLINE_MS = 4_000;

/** An argument of every service process. It tells which platform the process belongs to. */
export const markOf = (dataDir: string): string => `--data-dir=${dataDir}`;

/** Started as root, PostgreSQL does not name its data directory on the command line. It is its working directory. */
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

/** Stops the processes of a killed platform, services first. Sends SIGINT, and SIGKILL after the deadline. */
export async function stopLeftovers(dataDir: string): Promise<number> {
  const found = findLeftovers(dataDir);
  await interrupt(() => processesMarked([markOf(dataDir)]));
  await interrupt(() => serversOf(dataDir));
  killLeftovers(dataDir);
  return found.length;
}

/** SIGINT is a fast shutdown for PostgreSQL, too. */
async function interrupt(find: () => number[]): Promise<void> {
  for (const pid of find()) signal(pid, 'SIGINT');
  const end = Date.now() + STOP_DEADLINE_MS;
  while (find().length > 0 && Date.now() < end) await delay(50);
}

/** The working directory of a process is a real path without links. */
function postgresIn(dataDir: string): number[] {
  try {
    return postgresProcessesIn(realpathSync(dataDir));
  } catch {
    return []; // No such directory.
  }
}

function processesMarked(marks: string[]): number[] {
  return listProcesses()
    .filter(({ pid, args }) => pid !== process.pid && args.slice(1).some((arg) => marks.includes(arg)))
    .map(({ pid }) => pid);
}

/** Synchronous, because it runs when this process exits. */
export function killLeftovers(dataDir: string): void {
  for (const pid of findLeftovers(dataDir)) signal(pid, 'SIGKILL');
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // The process has ended.
  }
}
