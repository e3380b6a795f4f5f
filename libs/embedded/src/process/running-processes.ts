import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

export interface ProcessInfo {
  pid: number;
  args: string[];
}

/** Every process of this machine that this user may see. From /proc on Linux, from `ps` elsewhere. */
export function listProcesses(): ProcessInfo[] {
  return process.platform === 'linux' ? listFromProc() : listFromPs();
}

function listFromProc(): ProcessInfo[] {
  return pidsInProc().flatMap((pid) => {
    const args = ignoringGone(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1));
    return args === undefined ? [] : [{ pid, args }];
  });
}

function listFromPs(): ProcessInfo[] {
  const lines = execFileSync('ps', ['-axww', '-o', 'pid=,args='], { encoding: 'utf8', timeout: 5_000 }).split(
    '\n',
  );
  return lines.flatMap((line) => {
    const [pid, ...args] = line.trim().split(/\s+/);
    return pid ? [{ pid: Number(pid), args }] : [];
  });
}

/** Processes whose working directory is `directory`. Empty where there is no /proc. */
function processesIn(directory: string): number[] {
  if (process.platform !== 'linux') return [];
  return pidsInProc().filter((pid) => ignoringGone(() => readlinkSync(`/proc/${pid}/cwd`)) === directory);
}

/** Processes of PostgreSQL at work in the data directory. Empty where there is no /proc. */
export const postgresProcessesIn = (dataDir: string): number[] =>
  processesIn(dataDir).filter((pid) => /\/(postgres|initdb)( \(deleted\))?$/.test(executableOf(pid) ?? ''));

/** Path of the program that the process runs, which it cannot rewrite as it can its command line. Needs /proc. */
const executableOf = (pid: number): string | undefined =>
  ignoringGone(() => readlinkSync(`/proc/${pid}/exe`));

/** Says whether the process exists, also when it is another user's. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function pidsInProc(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** A process may end, or turn out to be another user's, between being listed and being read. */
function ignoringGone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
