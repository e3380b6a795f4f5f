import { escapeIdentifier, type Client } from 'pg';
import { headerIn, linesIn } from './backup-file.js';
import { migrationsOf, qualified, tablesOf, type Column, type Header } from './snapshot.js';

const ROWS_PER_INSERT = 500;
const LOCK_WAIT = '10s';

export interface RestoreOptions {
  /** Deletes the rows that are there. Without it, a schema with rows is refused. */
  replaces: boolean;
}

/**
 * Reads a backup into the migrated tables of its schema, in one transaction: on an error the schema stays as it was.
 * @returns the number of rows
 * @throws when the schema has rows, or other migrations than the backup
 */
export async function restoreSchema(client: Client, file: string, options: RestoreOptions): Promise<number> {
  const lines = linesIn(file);
  await client.query('begin');
  try {
    const header = headerIn(file, await lines.next());
    const tables = await prepare(client, header, options);
    const rows = await insertAll(client, header.schema, tables, lines);
    await setSequences(client, header);
    await client.query('commit');
    return rows;
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    await lines.return(undefined);
  }
}

async function prepare(
  client: Client,
  { schema, migrations }: Header,
  { replaces }: RestoreOptions,
): Promise<Map<string, Column[]>> {
  const here = await migrationsOf(client, schema);
  const different = migrations
    .filter((name) => !here.includes(name))
    .concat(here.filter((name) => !migrations.includes(name)));
  if (different.length > 0) {
    throw new Error(
      `schema ${schema} and the backup differ in migrations (${different.join(', ')}); restore with the release that made the backup, then upgrade`,
    );
  }
  const tables = await tablesOf(client, schema);
  const all = [...tables.keys()].map((table) => qualified(schema, table)).join(', ');
  await client.query(`set local lock_timeout = '${LOCK_WAIT}'`);
  await client.query(`lock table ${all} in access exclusive mode`);
  // Without triggers: the audit log refuses to be emptied, and rows arrive before those that they refer to.
  await client.query('set local session_replication_role = replica');
  if (replaces) await client.query(`truncate ${all}`);
  else await expectEmpty(client, schema, [...tables.keys()]);
  return tables;
}

async function expectEmpty(client: Client, schema: string, tables: string[]): Promise<void> {
  for (const table of tables) {
    const { rows } = await client.query(`select from ${qualified(schema, table)} limit 1`);
    if (rows.length > 0)
      throw new Error(
        `schema ${schema} has rows, in ${table}; --replace deletes all rows of the schema first`,
      );
  }
}

async function insertAll(
  client: Client,
  schema: string,
  tables: Map<string, Column[]>,
  lines: AsyncIterable<string>,
): Promise<number> {
  let pending: string[] = [];
  let table = '';
  let count = 0;
  const flush = async (): Promise<void> => {
    if (pending.length === 0) return;
    const columns = (tables.get(table) ?? []).map(({ name, type }) => ({
      name: escapeIdentifier(name),
      type,
    }));
    await client.query(
      `insert into ${qualified(schema, table)} (${columns.map(({ name }) => name).join(', ')}) overriding system value
       select ${columns.map(({ name, type }) => `${name}::${type}`).join(', ')}
       from json_to_recordset($1::json) as r(${columns.map(({ name }) => `${name} text`).join(', ')})`,
      [`[${pending.join(',')}]`],
    );
    pending = [];
  };
  for await (const line of lines) {
    const tab = line.indexOf('\t');
    const name = line.slice(0, tab);
    const rest = line.slice(tab + 1);
    if (name !== table || pending.length === ROWS_PER_INSERT) await flush();
    if (name === '') {
      if (Number(rest) !== count)
        throw new Error(`the backup has ${count} rows instead of ${rest}; nothing was restored`);
      return count;
    }
    if (!tables.has(name)) throw new Error(`schema ${schema} has no table ${name}; nothing was restored`);
    table = name;
    pending.push(rest);
    count += 1;
  }
  throw new Error('the backup is incomplete; nothing was restored');
}

async function setSequences(client: Client, { schema, sequences }: Header): Promise<void> {
  for (const [name, { last, isCalled }] of Object.entries(sequences))
    await client.query('select setval($1::regclass, $2, $3)', [qualified(schema, name), last, isCalled]);
}
