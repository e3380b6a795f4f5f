import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isAlive, layoutOf, startPostgres } from '@doorbuster/embedded';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keptPorts } from '../src/data-dir/kept-ports.js';
import { findLeftovers, markOf, stopLeftovers } from '../src/data-dir/leftovers.js';
import { lock } from '../src/data-dir/lock.js';
import { openDirectory } from '../src/data-dir/open-directory.js';

describe('a data directory', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(path.join(tmpdir(), 'doorbuster-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true }));

  it('is created when missing, and an error says what to do when it is not writable', () => {
    expect(openDirectory(path.join(dataDir, 'a', 'b'))).toMatch(/a\/b$/);
    const file = path.join(dataDir, 'file');
    writeFileSync(file, '');
    for (const dir of [file, path.join(file, 'below')]) {
      expect(() => openDirectory(dir)).toThrow(
        /^cannot write to .* \((EEXIST|ENOTDIR)\); make it a directory of this user, or set DATA_DIR/,
      );
    }
  });

  it('takes one platform at a time, and the error names the process', () => {
    const release = lock(dataDir);
    expect(() => lock(dataDir)).toThrow(
      new RegExp(`process ${process.pid} runs a platform on ${dataDir} already`),
    );
    release();
    lock(dataDir)();
    expect(readdirSync(dataDir)).toEqual([]);
  });

  it('ignores the lock of a process that has ended, also when another process has its id', () => {
    writeFileSync(path.join(dataDir, 'platform.lock'), `${process.pid} 1\n`);
    const release = lock(dataDir);
    release();
    writeFileSync(path.join(dataDir, 'platform.lock'), '4194304 77\n');
    lock(dataDir)();
    expect(readdirSync(dataDir)).toEqual([]);
  });

  it('finds the processes of a killed platform and stops only them', async () => {
    const idle = ['-e', 'setInterval(() => undefined, 60_000)', '--'];
    const ours = spawn(process.execPath, [...idle, markOf(dataDir)]);
    const other = spawn(process.execPath, [...idle, markOf(`${dataDir}-other`)]);
    try {
      await Promise.all([once(ours, 'spawn'), once(other, 'spawn')]);
      expect(findLeftovers(dataDir)).toEqual([ours.pid]);
      expect(await stopLeftovers(dataDir)).toBe(1);
      expect(findLeftovers(dataDir)).toEqual([]);
      expect(isAlive(other.pid as number)).toBe(true);
    } finally {
      other.kill();
    }
  });

  it('finds the PostgreSQL of a killed platform and shuts it down orderly', async () => {
    const server = await startPostgres({ dir: layoutOf(dataDir).postgres, password: 'secret' });
    expect(findLeftovers(dataDir)).toContain(server.pid);
    await stopLeftovers(dataDir);
    expect(await server.exited).toEqual({ code: 0, signal: null });
  });

  it('keeps the ports of its servers', async () => {
    const names = ['postgres', 'nats', 'traces'] as const;
    const chosen = await keptPorts(dataDir, names);
    expect(new Set(Object.values(chosen)).size).toBe(names.length);
    expect(await keptPorts(dataDir, names)).toEqual(chosen);
  });

  it('keeps ports of processes that are not started now, and replaces invalid ones', async () => {
    const chosen = await keptPorts(dataDir, ['postgres', 'metrics-orders-2']);
    await keptPorts(dataDir, ['postgres']);
    expect(await keptPorts(dataDir, ['postgres', 'metrics-orders-2'])).toEqual(chosen);
    writeFileSync(path.join(dataDir, 'ports.json'), '{"postgres":"5432"');
    expect((await keptPorts(dataDir, ['postgres'])).postgres).toBeGreaterThan(0);
  });
});
