/** Longer than any upload takes. */
const KEPT = `interval '10 minutes'`;

/** `$1` hashes, `$2` contents. A file that is in use stays so. SQL, because an upsert with a condition has no query builder form. */
export const RESERVE_FILES = `
  insert into image_files (sha256, content, unused_since)
  select sha256, content, now() from unnest($1::text[], $2::bytea[]) as file (sha256, content)
  on conflict (sha256) do update set
    content = coalesce(image_files.content, excluded.content),
    unused_since = case when image_files.unused_since is not null then now() end`;

/** `$1` hashes. After it, a statement sees the products of every upload of one of these files that has committed. */
export const LOCK_FILES = 'select from image_files where sha256 = any($1) order by sha256 for update';

/** `$1` hashes. Marks those that no product has. */
export const MARK_UNUSED = `
  update image_files set unused_since = now()
  where sha256 = any($1) and not exists (
    select from products
    where images <> '[]'
      and images @> jsonb_build_array(jsonb_build_object('files', jsonb_build_array(jsonb_build_object('sha256', sha256))))
  )`;

/** `$1` limit. */
export const FIND_UNUSED = `
  select sha256 from image_files where unused_since < now() - ${KEPT} order by unused_since limit $1`;

/** `$1` hash. */
export const LOCK_UNUSED = `
  select from image_files where sha256 = $1 and unused_since < now() - ${KEPT} for update skip locked`;

export const DELETE_OLD_PARTS = `delete from image_upload_parts where created_at < now() - ${KEPT}`;
