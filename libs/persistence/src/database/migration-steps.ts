import type { QueryRunner } from 'typeorm';

/** `create index concurrently` blocks neither reads nor writes, so it may wait for long transactions. */
const CONCURRENT_LOCK_TIMEOUT_MS = 600_000;

/**
 * Creates an index without blocking writes: `create index concurrently <name> <definition>`. The migration needs
 * `transaction = false`. The invalid index of a failed attempt is dropped first; a valid index stays.
 *
 * @param definition such as `on orders (created_at)`
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

/** Leaves the run-time role only `select` and `insert` on a table that this migration creates. */
export async function makeAppendOnly(runner: QueryRunner, table: string): Promise<void> {
  // The run-time role has the name of the schema.
  await runner.query(
    `do $$ begin execute format('revoke update, delete on %I from %I', '${table}', current_schema()); end $$`,
  );
}
