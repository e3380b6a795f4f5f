import { SERVICES, type ServiceName } from '@doorbuster/contracts';
import { escapeIdentifier, type Client } from 'pg';
import { z } from 'zod';

/** A table or sequence name with its schema, for SQL. */
export const qualified = (schema: string, name: string): string =>
  `${escapeIdentifier(schema)}.${escapeIdentifier(name)}`;

/** TypeORM's list of the migrations that ran. It is compared, and never restored. */
const MIGRATIONS = 'migrations';

/** The first line of a backup. */
export const backupHeader = z.object({
  schema: z.enum(SERVICES),
  /** Names of the migrations that made the tables. */
  migrations: z.array(z.string()),
  /** Last value of each sequence, as text: it may exceed JavaScript's integers. */
  sequences: z.record(z.string(), z.object({ last: z.string(), isCalled: z.boolean() })),
});
export type Header = z.output<typeof backupHeader>;

export interface Column {
  name: string;
  /** As in a cast. */
  type: string;
}

/** The tables of a schema with rows to keep, and their columns without those that PostgreSQL generates. */
export async function tablesOf(client: Client, schema: string): Promise<Map<string, Column[]>> {
  const { rows } = await client.query<{ name: string; columns: Column[] }>(
    `select c.relname as name, json_agg(
       json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod)) order by a.attnum) as columns
     from pg_class c join pg_attribute a on a.attrelid = c.oid
     where c.relnamespace = to_regnamespace($1) and c.relkind in ('r', 'p') and not c.relispartition
       and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and c.relname <> $2
     group by c.relname order by c.relname`,
    [escapeIdentifier(schema), MIGRATIONS],
  );
  return new Map(rows.map(({ name, columns }) => [name, columns]));
}

export async function headerOf(client: Client, schema: ServiceName): Promise<Header> {
  const { rows: names } = await client.query<{ name: string }>(
    'select sequencename as name from pg_sequences where schemaname = $1',
    [schema],
  );
  const sequences: Header['sequences'] = {};
  for (const { name } of names) {
    const { rows } = await client.query<{ last: string; called: boolean }>(
      `select last_value::text as last, is_called as called from ${qualified(schema, name)}`,
    );
    if (rows[0]) sequences[name] = { last: rows[0].last, isCalled: rows[0].called };
  }
  return { schema, migrations: await migrationsOf(client, schema), sequences };
}

/** @throws when the schema was never migrated */
export async function migrationsOf(client: Client, schema: string): Promise<string[]> {
  const table = qualified(schema, MIGRATIONS);
  const { rows: found } = await client.query<{ exists: boolean }>(
    'select to_regclass($1) is not null as exists',
    [table],
  );
  if (found[0]?.exists !== true)
    throw new Error(`schema ${schema} has no tables; run the migrations of its service first`);
  const { rows } = await client.query<{ name: string }>(`select name from ${table} order by name`);
  return rows.map(({ name }) => name);
}
