import { readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withClient } from '../src/postgres/client.js';
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
