import { readdirSync, readFileSync } from 'node:fs';
import type { LaunchedPlatform } from '@doorbuster/platform';
import { sum } from './figures.js';

const TICKS_PER_SECOND = 100;

/** CPU seconds used so far by each part of the platform. Linux only: read from /proc. */
export function cpuSecondsByPart(platform: LaunchedPlatform): Record<string, number> {
  return Object.fromEntries(
    Object.entries(processesOf(platform)).map(([part, pids]) => [
      part,
      // PostgreSQL has a process for each connection; the parent's figure includes those that ended.
      sum(pids.map((pid) => cpuSecondsOf(pid, part === 'postgres' && pid === pids[0]))),
    ]),
  );
}

/** Memory of each part of the platform in MiB; shared pages count once. Linux only. */
export function memoryMiB(platform: LaunchedPlatform): Record<string, number> {
  return Object.fromEntries(
    Object.entries(processesOf(platform)).map(([part, pids]) => [
      part,
      sum(pids.map(proportionalSetKiB)) / 1_024,
    ]),
  );
}

/** The first process of PostgreSQL is the parent of the others. */
function processesOf(platform: LaunchedPlatform): Record<string, number[]> {
  const { services, postgres, nats } = platform.run();
  return {
    ...Object.fromEntries(Object.entries(services).map(([name, { pids }]) => [name, pids])),
    ...(nats.pid !== null && { nats: [nats.pid] }),
    ...(postgres.pid !== null && { postgres: [postgres.pid, ...childrenOf(postgres.pid)] }),
  };
}

function proportionalSetKiB(pid: number): number {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0);
  } catch {
    // The process has ended.
    return 0;
  }
}

/** CPU seconds of one process, and with `withReaped` those of its children that ended. */
export function cpuSecondsOf(pid: number, withReaped = false): number {
  const fields = statOf(pid);
  return sum(fields.slice(11, withReaped ? 15 : 13).map(Number)) / TICKS_PER_SECOND;
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
