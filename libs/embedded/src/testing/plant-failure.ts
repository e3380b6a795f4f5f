import pg from 'pg';

/**
 * Makes updates of `table` fail for rows that match `condition` (SQL on `old`), as a bug or a bad row would.
 *
 * @param url of the role that owns the schema
 * @param table with its schema
 * @returns a function that removes the failure
 */
export const plantFailure = (url: string, table: string, condition: string): Promise<() => Promise<void>> =>
  plant(
    url,
    table,
    `create trigger planted_failure before update on ${table} for each row when (${condition})`,
  );

/** Like {@link plantFailure}, but the COMMIT of the transaction fails. */
export const plantFailureOfCommit = (
  url: string,
  table: string,
  condition: string,
): Promise<() => Promise<void>> =>
  plant(
    url,
    table,
    `create constraint trigger planted_failure after update on ${table} deferrable initially deferred
     for each row when (${condition})`,
  );

async function plant(url: string, table: string, trigger: string): Promise<() => Promise<void>> {
  const refuse = `${table}_refuse_row`;
  await run(
    url,
    `create or replace function ${refuse}() returns trigger language plpgsql as
     $$ begin raise exception 'planted failure'; end $$`,
  );
  await run(url, `${trigger} execute function ${refuse}()`);
  return () => run(url, `drop trigger planted_failure on ${table}`);
}

async function run(connectionString: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
