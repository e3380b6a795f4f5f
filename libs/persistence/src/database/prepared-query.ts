import type { ClientBase, Pool, QueryResultRow } from 'pg';
import { EntityManager, QueryFailedError, QueryRunnerAlreadyReleasedError, type DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { arrayLiteral, type PlainValue } from './array-literal.js';

/**
 * A frequent statement. A connection parses it once, and from the sixth call on it usually keeps its plan. Name the columns
 * instead of `*`: a migration that adds a column would make the statement fail on the connections that know it.
 */
export interface PreparedStatement {
  /**
   * Each text has its own name, at most 63 characters; the driver refuses a second text. Without a name it is parsed and planned
   * with its values each time.
   */
  name?: string;
  text: string;
}

/**
 * Runs a frequent statement, without parsing it again: in the transaction of an EntityManager, or in one of its own. Statements of a
 * transaction reach the server in the order of these calls.
 *
 * @param values arrays have plain elements only: texts, numbers, dates, null
 * @returns the rows, also those of `returning`
 * @throws {QueryFailedError} like TypeORM's own queries
 */
export async function preparedQuery<Row extends QueryResultRow>(
  source: DataSource | EntityManager,
  statement: PreparedStatement,
  values: unknown[],
): Promise<Row[]> {
  const client = await clientOf(source);
  try {
    const { rows } = await client.query<Row>({ ...statement, values: values.map(toParameter) });
    return rows;
  } catch (error) {
    throw new QueryFailedError(statement.text, values, error as Error);
  }
}

const toParameter = (value: unknown): unknown =>
  Array.isArray(value) ? arrayLiteral(value as PlainValue[]) : value;

async function clientOf(source: DataSource | EntityManager): Promise<Pool | ClientBase> {
  const dataSource = source instanceof EntityManager ? source.dataSource : source;
  const runner = source instanceof EntityManager ? source.queryRunner : undefined;
  if (!runner) return (dataSource.driver as PostgresDriver).master as Pool;
  if (runner.isReleased) throw new QueryRunnerAlreadyReleasedError();
  return (await runner.connect()) as ClientBase;
}
