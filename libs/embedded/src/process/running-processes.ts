import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

export interface ProcessInfo {
  pid: number;
  args: string[];
}

/** All processes that this user can see, from /proc on Linux and from `ps` elsewhere. */
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

/** Processes whose working directory is `directory`. Empty without /proc. */
function processesIn(directory: string): number[] {
  if (process.platform !== 'linux') return [];
  return pidsInProc().filter((pid) => ignoringGone(() => readlinkSync(`/proc/${pid}/cwd`)) === directory);
}

/** PostgreSQL processes in the data directory. Empty without /proc. */
export const postgresProcessesIn = (dataDir: string): number[] =>
  processesIn(dataDir).filter((pid) => /\/(postgres|initdb)( \(deleted\))?$/.test(executableOf(pid) ?? ''));

/** Path of the program. Unlike its command line, a process cannot change it. Needs /proc. */
const executableOf = (pid: number): string | undefined =>
  ignoringGone(() => readlinkSync(`/proc/${pid}/exe`));

/** Whether the process exists, of any user. */
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

/** A process may end between listing and reading, or belong to another user. */
function ignoringGone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
