import { randomInt } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readTextIfAny } from './files.js';
import { isAlive } from './process/running-processes.js';

/**
 * Below the ranges from which Linux (32768 on) and macOS (49152 on) take the ports of outgoing connections. In such a
 * range a client that keeps reconnecting to a server that is down can connect to itself, and then blocks its port.
 */
const PORT_MIN = 20_000;
const PORT_MAX = 32_000;
const ATTEMPTS_MAX = 50;

/**
 * One file for each port that a running process of this user has chosen, with its process id. A platform opens its ports
 * seconds after it has chosen them. Without the files another platform would choose one of them meanwhile.
 */
export const RESERVATIONS = path.join(tmpdir(), `doorbuster-ports-${process.getuid?.() ?? 'user'}`);
const reserved = new Set<number>();

/** Whether a server could listen on this port now. */
export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** A free port for a server on 127.0.0.1; `preferred` if that one is free. It is reserved for this process until its end. */
export async function findFreePort(preferred?: number): Promise<number> {
  if (preferred !== undefined && (await isPortFree(preferred)) && reserve(preferred)) return preferred;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const port = randomInt(PORT_MIN, PORT_MAX);
    if (!reserved.has(port) && (await isPortFree(port)) && reserve(port)) return port;
  }
  throw new Error(`no free port found between ${PORT_MIN} and ${PORT_MAX}`);
}

/** False when another process has reserved it. The file of a process that has ended is replaced. */
function reserve(port: number): boolean {
  const file = path.join(RESERVATIONS, String(port));
  try {
    const holder = Number(readTextIfAny(file) ?? Number.NaN);
    if (holder !== process.pid && holder > 0 && isAlive(holder)) return false;
    mkdirSync(RESERVATIONS, { recursive: true, mode: 0o700 });
    writeFileSync(file, String(process.pid));
  } catch {
    // Without a temporary directory ports are only checked.
  }
  if (reserved.size === 0) process.once('exit', releaseAll);
  reserved.add(port);
  return true;
}

function releaseAll(): void {
  for (const port of reserved) rmSync(path.join(RESERVATIONS, String(port)), { force: true });
}
