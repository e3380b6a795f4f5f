import type { ClientBase, Pool, QueryResultRow } from 'pg';
import { EntityManager, QueryFailedError, QueryRunnerAlreadyReleasedError, type DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';

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

const SPECIAL = /["\\]/;
const SPECIALS = /["\\]/g;

/**
 * An array of plain values as PostgreSQL's array literal. The driver's own function escapes and copies each element, which took a sixth
 * of the memory that a batch of sagas allocates.
 */
const arrayLiteral = (values: readonly PlainValue[]): string => `{${values.map(elementOf).join(',')}}`;

type PlainValue = string | number | Date | null | undefined;

function elementOf(value: PlainValue): string {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'number') return String(value);
  const text = value instanceof Date ? value.toISOString() : value;
  return `"${SPECIAL.test(text) ? text.replace(SPECIALS, String.raw`\$&`) : text}"`;
}

/**
 * JSON of each value on a line of its own: JSON text has no line breaks, so nothing is escaped. The statement splits the text
 * with {@link fromJsonLines}.
 */
export const jsonLines = (values: readonly unknown[]): string =>
  values.map((value) => JSON.stringify(value)).join('\n');

/** SQL: the lines of a text parameter as an array of the type. */
export const fromJsonLines = (parameter: `$${number}`, type: 'jsonb' | 'text'): string =>
  `string_to_array(${parameter}::text, E'\\n')::${type}[]`;
