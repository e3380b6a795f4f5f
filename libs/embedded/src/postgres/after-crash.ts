import { rmSync } from 'node:fs';
import path from 'node:path';
import { readTextIfAny } from '../files.js';
import { isAlive, postgresProcessesIn } from '../process/running-processes.js';

/**
 * Removes the remains of a killed postmaster that would prevent the next start. It needs /proc to identify processes.
 * Without /proc the next start relies on PostgreSQL's own checks and takes longer.
 */
export function clearAfterCrash(dataDir: string): void {
  if (process.platform !== 'linux') return;
  const lock = path.join(dataDir, 'postmaster.pid');
  const owner = Number(readTextIfAny(lock)?.split('\n', 1)[0] ?? Number.NaN);
  const servers = postgresProcessesIn(dataDir);
  if (servers.includes(owner)) return;
  // Backends end with their current query, and hold the shared memory until then.
  for (const orphan of servers) kill(orphan);
  // After a reboot, or in a container, the process id in the lock may belong to another program, and PostgreSQL would
  // never start. The lock also protects the shared memory of orphans, so it stays while there are any.
  if (servers.length === 0 && Number.isInteger(owner) && isAlive(owner)) rmSync(lock, { force: true });
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // The process has ended.
  }
}
