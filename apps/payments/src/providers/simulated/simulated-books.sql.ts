import type { PreparedStatement } from '@doorbuster/persistence';

/**
 * Inserts new entries ($1 to $5), changes a captured entry to refunded, and leaves other entries as they are. Returns the
 * entries afterwards, and those of $6. SQL, because one statement needs no lock between a read and a write. It does not
 * wait for the disk: the transaction that records the answer comes later in the same log, and waits.
 */
export const ENTER_AND_FIND: PreparedStatement = {
  name: 'simulated-books',
  text: `
  with entered as (
    insert into simulated_books as known (authorisation_key, status, amount, capture_key, refund_key)
    select new.* from (select set_config('synchronous_commit', 'off', true)) as unsynced,
      unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[]) as new (authorisation_key) order by 1
    on conflict (authorisation_key) do update set
      status = case when known.status = 'captured' and excluded.status = 'refunded'
        then 'refunded' else known.status end,
      refund_key = case when known.status = 'captured' and excluded.status = 'refunded'
        then excluded.refund_key else known.refund_key end
    returning *)
  select authorisation_key as "authorisationKey", status, amount, capture_key as "captureKey", refund_key as "refundKey"
  from (select * from entered union all select * from simulated_books where authorisation_key = any($6)) as entries`,
};
