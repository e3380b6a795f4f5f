import type { EntityManager, EntityTarget, ObjectLiteral } from 'typeorm';

/**
 * Upserts the rows of a read model: each row keeps its highest version, in any order of the versions. Rows are
 * written in key order, so that two replicas do not deadlock.
 *
 * @param entity one with a single primary key and a `version`; columns that it does not map keep their values
 */
export async function upsertNewestVersions<T extends ObjectLiteral & { version: number }>(
  tx: EntityManager,
  entity: EntityTarget<T>,
  rows: readonly T[],
): Promise<void> {
  const { tableName, primaryColumns, columns } = tx.dataSource.getMetadata(entity);
  const [key] = primaryColumns;
  if (!key || primaryColumns.length > 1) throw new TypeError(`${tableName} needs a single primary key`);
  const keyOf = (row: T): string => String(key.getEntityValue(row));
  // One statement cannot upsert a row twice.
  const newest = new Map<string, T>();
  for (const row of rows) {
    const known = newest.get(keyOf(row));
    if (!known || row.version > known.version) newest.set(keyOf(row), row);
  }
  if (newest.size === 0) return;
  const overwritten = columns.filter(({ isPrimary }) => !isPrimary).map(({ databaseName }) => databaseName);
  await tx
    .createQueryBuilder()
    .insert()
    .into(entity)
    .values([...newest.values()].toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)))
    .orUpdate(overwritten, [key.databaseName], {
      overwriteCondition: { where: `"${tableName}"."version" < excluded."version"` },
    })
    .updateEntity(false)
    .execute();
}
