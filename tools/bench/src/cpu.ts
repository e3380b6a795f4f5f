import { readdirSync, readFileSync } from 'node:fs';
import type { LaunchedPlatform } from '@doorbuster/platform';

const TICKS_PER_SECOND = 100;

/** CPU seconds used so far by each part of the platform. Linux only: read from /proc. */
function cpuSeconds(platform: LaunchedPlatform): Record<string, number> {
  const { services, postgres, nats } = platform.run();
  const used: Record<string, number> = {};
  for (const [name, { pids }] of Object.entries(services))
    used[name] = pids.reduce((sum, pid) => sum + own(pid), 0);
  if (nats.pid !== null) used['nats'] = own(nats.pid);
  // PostgreSQL has a process for each connection; those that ended are counted in their parent.
  const { pid } = postgres;
  if (pid !== null)
    used['postgres'] = [pid, ...childrenOf(pid)].reduce((sum, id) => sum + own(id, id === pid), 0);
  return used;
}

/** Begins to count; what it gives ends that, and says how many microseconds each part took for one of `checkouts`. */
export function cpuPerCheckout(platform: LaunchedPlatform): (checkouts: number) => string {
  const before = cpuSeconds(platform);
  return (checkouts) =>
    Object.entries(cpuSeconds(platform))
      .map(([part, used]) => `${part} ${(((used - (before[part] ?? 0)) / checkouts) * 1e6).toFixed(0)}`)
      .join(', ');
}

function own(pid: number, withReaped = false): number {
  const fields = statOf(pid);
  const ticks = fields.slice(11, withReaped ? 15 : 13).reduce((sum, field) => sum + Number(field), 0);
  return ticks / TICKS_PER_SECOND;
}

const childrenOf = (parent: number): number[] =>
  readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => Number(statOf(pid)[1]) === parent);

/** Fields from "state" on; the name before them may hold spaces. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function statOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  } catch {
    return [];
  }
}
