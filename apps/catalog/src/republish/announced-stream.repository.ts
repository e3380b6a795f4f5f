import type { EntityManager } from 'typeorm';

/** When the stream that has heard of every product was created: that is, which one it was. */
export async function findAnnouncedStream(manager: EntityManager): Promise<string | undefined> {
  const rows: { created: string }[] = await manager.query('select created from announced_stream');
  return rows[0]?.created;
}

export async function saveAnnouncedStream(manager: EntityManager, created: string): Promise<void> {
  await manager.query(
    `insert into announced_stream (created) values ($1) on conflict (is_only) do update set created = excluded.created`,
    [created],
  );
}

/** Whether this many messages, or more, wait for the broker. */
export async function isOutboxFull(manager: EntityManager, rowsMax: number): Promise<boolean> {
  const rows: unknown[] = await manager.query('select from outbox limit $1', [rowsMax]);
  return rows.length >= rowsMax;
}
