import type { Pool, QueryResultRow } from 'pg';
import type { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';

export interface PreparedStatement {
  /** Each text has its own name. A connection parses and plans it once. */
  name: string;
  text: string;
}

/** Runs a frequent statement in a transaction of its own, without parsing it again. */
export async function preparedQuery<Row extends QueryResultRow>(
  { driver }: DataSource,
  statement: PreparedStatement,
  values: unknown[],
): Promise<Row[]> {
  const pool = (driver as PostgresDriver).master as Pool;
  const { rows } = await pool.query<Row>({ ...statement, values });
  return rows;
}
