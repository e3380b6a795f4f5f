/**
 * Inserts a dead letter or opens a replayed one again, and only then inserts the message for `dlq.<consumer>`. A dismissed one
 * stays dismissed. SQL, because the second insert depends on the conflict of the first. $1: id, $2: consumer, $3: subject, $4: event, $5: error, $6: the
 * message's subject, $7: its payload, $8: its traceparent, $9: key.
 */
export const INSERT_DEAD_LETTER = `
  with dead as (
    insert into dead_letters (id, consumer, subject, event, error, event_key)
    values ($1, $2, $3, $4::jsonb, $5, $9)
    on conflict (consumer, event_key) do update set error = excluded.error, replayed_at = null,
        dismissed_at = null, dismiss_reason = null
      where dead_letters.replayed_at is not null
    returning id
  ), announced as (
    insert into outbox (id, subject, payload, traceparent) select $1, $6, $7, $8 from dead returning id
  )
  select id from dead`;
