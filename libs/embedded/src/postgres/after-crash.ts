import { rmSync } from 'node:fs';
import path from 'node:path';
import { readTextIfAny } from '../files.js';
import { isAlive, postgresProcessesIn } from '../process/running-processes.js';

/**
 * Clears away what a killed postmaster leaves and what would keep the next one from starting. It needs /proc to tell
 * whose a process is; elsewhere PostgreSQL's own checks are all there is, and the next start waits longer.
 */
export function clearAfterCrash(dataDir: string): void {
  if (process.platform !== 'linux') return;
  const lock = path.join(dataDir, 'postmaster.pid');
  const owner = Number(readTextIfAny(lock)?.split('\n', 1)[0] ?? Number.NaN);
  const servers = postgresProcessesIn(dataDir);
  if (servers.includes(owner)) return;
  // Backends end by themselves, but only once their query does, and keep the shared memory until then.
  for (const orphan of servers) kill(orphan);
  // The id in the lock may be another program's by now: after a restart of the machine, or in a container, where ids
  // begin anew. PostgreSQL would refuse to start for ever. It also guards the orphans' shared memory, so it stays
  // while there are any.
  if (servers.length === 0 && Number.isInteger(owner) && isAlive(owner)) rmSync(lock, { force: true });
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended meanwhile.
  }
}
