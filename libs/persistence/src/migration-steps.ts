import type { QueryRunner } from 'typeorm';

/** It blocks no reads and no writes, so that it may wait for long transactions to end. */
const CONCURRENT_LOCK_TIMEOUT_MS = 600_000;

/**
 * Makes an index without stopping writes: `create index concurrently <name> <definition>`. For a migration that says
 * `transaction = false`. An earlier try that failed leaves an invalid index, which is dropped first; a valid one stays.
 *
 * @param definition what follows the name: `on orders (created_at)`
 */
export async function createIndexConcurrently(
  runner: QueryRunner,
  name: string,
  definition: string,
): Promise<void> {
  const [before]: { lock_timeout: string }[] = await runner.query('show lock_timeout');
  await runner.query(`select set_config('lock_timeout', $1, false)`, [`${CONCURRENT_LOCK_TIMEOUT_MS}ms`]);
  try {
    const [index]: { indisvalid: boolean }[] = await runner.query(
      'select indisvalid from pg_index where indexrelid = to_regclass($1)',
      [name],
    );
    if (index?.indisvalid === true) return;
    if (index) await runner.query(`drop index concurrently ${name}`);
    await runner.query(`create index concurrently ${name} ${definition}`);
  } finally {
    await runner.query(`select set_config('lock_timeout', $1, false)`, [before?.lock_timeout ?? '0']);
  }
}

/** Leaves the run-time role nothing but `select` and `insert` on a table that this migration has made. */
export async function makeAppendOnly(runner: QueryRunner, table: string): Promise<void> {
  // The run-time role is named like the schema.
  await runner.query(
    `do $$ begin execute format('revoke update, delete on %I from %I', '${table}', current_schema()); end $$`,
  );
}
