import { createWriteStream, renameSync, rmSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { ServiceName } from '@doorbuster/contracts';
import { escapeIdentifier, type Client } from 'pg';
import { headerOf, qualified, tablesOf } from './snapshot.js';

const ROWS_PER_FETCH = 1_000;

/**
 * Writes the rows of one schema to a file, as they are at one moment. No writer waits: the transaction only reads.
 * Each line is a table's name, a tab and the row as a JSON object with the text of each column: so no number passes through
 * JavaScript, and a column with JSON's `null` differs from one that is null.
 * @returns the number of rows
 */
export async function backupSchema(client: Client, schema: ServiceName, file: string): Promise<number> {
  const draft = `${file}.draft`;
  const counter = { rows: 0 };
  // `wx` opens no file that is there: neither its mode nor the target of a link counts.
  rmSync(draft, { force: true });
  await client.query('begin isolation level repeatable read read only');
  try {
    const lines = Readable.from(linesOf(client, schema, counter));
    await pipeline(lines, createGzip(), createWriteStream(draft, { flags: 'wx', mode: 0o600, flush: true }));
    renameSync(draft, file);
  } finally {
    rmSync(draft, { force: true });
    await client.query('rollback');
  }
  return counter.rows;
}

async function* linesOf(
  client: Client,
  schema: ServiceName,
  counter: { rows: number },
): AsyncGenerator<string> {
  yield `${JSON.stringify(await headerOf(client, schema))}\n`;
  for (const [table, columns] of await tablesOf(client, schema)) {
    const list = columns.map(({ name }) => `${escapeIdentifier(name)}::text`).join(', ');
    await client.query(
      `declare rows no scroll cursor for
       select to_json(r)::text as line from (select ${list} from ${qualified(schema, table)}) r`,
    );
    for (;;) {
      const { rows } = await client.query<{ line: string }>(`fetch ${ROWS_PER_FETCH} from rows`);
      if (rows.length === 0) break;
      counter.rows += rows.length;
      yield rows.map(({ line }) => `${table}\t${line}\n`).join('');
    }
    await client.query('close rows');
  }
  yield `\t${counter.rows}\n`;
}
