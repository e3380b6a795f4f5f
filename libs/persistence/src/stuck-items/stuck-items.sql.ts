const PAUSE_MIN_SECONDS = 1;
const PAUSE_MAX_SECONDS = 300;
/** Lease of the replica that takes a stuck item for its next attempt. */
const LEASE_SECONDS = 30;
const ITEMS_MAX = 50;

/** A condition: the item is not stuck. `id` is an SQL expression for its id. */
export const isNotStuck = (job: string, id: string): string =>
  `not exists (select from stuck_items where job = '${job}' and item_id = (${id})::text)`;

/** A condition: the item is not stuck, or its next attempt is due. */
export const isNotWaiting = (job: string, id: string): string =>
  `not exists (select from stuck_items
     where job = '${job}' and item_id = (${id})::text and next_attempt_at > clock_timestamp())`;

/** Counts a failure. SQL, because the pause doubles with the count that is stored. $1: job, $2: item, $3: error. */
export const RECORD_FAILURE = `
  insert into stuck_items as s (job, item_id, last_error, next_attempt_at)
  values ($1, $2, $3, clock_timestamp() + ${PAUSE_MIN_SECONDS} * interval '1 second')
  on conflict (job, item_id) do update set failures = s.failures + 1, last_error = excluded.last_error,
    last_failed_at = clock_timestamp(),
    next_attempt_at = clock_timestamp() + interval '1 second'
      * least(${PAUSE_MAX_SECONDS}, ${PAUSE_MIN_SECONDS} * power(2, least(s.failures, 30)))
  returning failures`;

/** Leases the items whose next attempt is due. SQL, because replicas skip each other's locked rows. $1: job. */
export const CLAIM_DUE_ITEMS = `
  update stuck_items set next_attempt_at = clock_timestamp() + ${LEASE_SECONDS} * interval '1 second'
  where job = $1 and item_id = any(array(
    select item_id from stuck_items where job = $1 and next_attempt_at <= clock_timestamp()
    order by next_attempt_at limit ${ITEMS_MAX} for update skip locked))
  returning item_id as id`;
