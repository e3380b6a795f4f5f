import { createLogger } from '@doorbuster/telemetry';
import { DataSource } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import { migrateDatabase, type MigrationOptions } from '../database/migrate-database.js';
import { connectionOptions } from '../database/schema-definition.js';

/**
 * PostgreSQL's catalog instead of `information_schema`: `format_type` gives type, length, precision and array as one text,
 * such as `character varying(50)[]`. TypeORM owns the table `migrations`.
 */
const COLUMNS = `
  select c.relname || '.' || a.attname as name,
    format_type(a.atttypid, a.atttypmod)
      || case when a.attnotnull then ' not null' else '' end
      || case when a.attnum = any(k.conkey) then ' primary key' else '' end as definition
  from pg_class c
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  left join pg_constraint k on k.conrelid = c.oid and k.contype = 'p'
  where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and c.relname <> 'migrations'`;

/**
 * Runs all migrations on an empty schema and compares its columns with those of the entities: name, type, nullability and
 * primary key. CHECK constraints, defaults and indexes belong to the migrations alone.
 *
 * @param options those of a service's migration, with the URL of an empty test database
 * @returns one line for each difference
 */
export async function entityMismatches(options: MigrationOptions): Promise<string[]> {
  const logger = createLogger(options.service, 'silent');
  await migrateDatabase(options, logger);
  const dataSource = await new DataSource(connectionOptions(options, logger)).initialize();
  try {
    const rows: { name: string; definition: string }[] = await dataSource.query(COLUMNS);
    const ofTables = new Map(rows.map(({ name, definition }) => [name, definition]));
    const ofEntities = new Map(
      dataSource.entityMetadatas.flatMap(({ tableName, columns }) =>
        columns.map((column) => [`${tableName}.${column.databaseName}`, definitionOf(dataSource, column)]),
      ),
    );
    const names = [...new Set([...ofTables.keys(), ...ofEntities.keys()])].toSorted();
    return names
      .filter((name) => ofTables.get(name) !== ofEntities.get(name))
      .map(
        (name) => `${name}: table ${ofTables.get(name) ?? 'none'}, entity ${ofEntities.get(name) ?? 'none'}`,
      );
  } finally {
    await dataSource.destroy();
  }
}

/** As `format_type` writes it. */
function definitionOf({ driver }: DataSource, column: ColumnMetadata): string {
  const { length, precision, scale, isArray, isNullable, isPrimary } = column;
  const size = length || [precision, scale].filter((each) => each !== undefined && each !== null).join(',');
  const [base = '', ...zone] = driver.normalizeType(column).split(/ (?=with)/);
  const type = [size === '' ? base : `${base}(${size})`, ...zone].join(' ');
  return `${type}${isArray ? '[]' : ''}${isNullable ? '' : ' not null'}${isPrimary ? ' primary key' : ''}`;
}
