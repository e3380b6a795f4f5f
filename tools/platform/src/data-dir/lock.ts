import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { readTextIfAny } from '@doorbuster/embedded';

const TRIES_MAX = 5;

/**
 * Makes this process the only platform on the data directory, or throws. The lock of a process that was killed does
 * not count. Returns what releases it.
 */
export function lock(dataDir: string): () => void {
  const file = path.join(dataDir, 'platform.lock');
  const mine = `${process.pid} ${startTimeOf(process.pid)}\n`;
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    if (create(file, mine)) return () => rmSync(file, { force: true });
    const found = readTextIfAny(file);
    const owner = found === undefined ? undefined : livingOwner(found);
    if (owner !== undefined) {
      throw new Error(
        `process ${owner} runs a platform on ${dataDir} already; stop it, or set DATA_DIR to another directory`,
      );
    }
    if (found !== undefined) putAside(file, found);
  }
  throw new Error(`cannot lock ${dataDir}: others try the same; try again`);
}

/** Atomic: no process sees a lock without its content. */
function create(file: string, content: string): boolean {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, content, { mode: 0o600 });
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft);
  }
}

/** Removes a stale lock. Puts it back when another process has replaced it by a fresh one. */
function putAside(file: string, stale: string): void {
  const aside = `${file}.stale-${process.pid}`;
  try {
    renameSync(file, aside);
  } catch {
    return; // Another process removed it.
  }
  if (readFileSync(aside, 'utf8') !== stale) linkSync(aside, file);
  rmSync(aside);
}

/** Process ids are reused, so the owner is identified by id and start time. */
function livingOwner(content: string): number | undefined {
  const [pid = '', ...startTime] = content.trim().split(' ');
  return startTimeOf(Number(pid)) === startTime.join(' ') ? Number(pid) : undefined;
}

function startTimeOf(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') return startTimeInProc(pid);
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      timeout: 5_000,
    }).trim();
  } catch {
    return undefined; // No such process.
  }
}

/** Field 22 of /proc/<pid>/stat. The second field, a name in parentheses, may contain spaces and parentheses. */
function startTimeInProc(pid: number): string | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state === 'Z' ? undefined : fields[18];
}
