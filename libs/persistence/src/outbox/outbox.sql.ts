import type { PreparedStatement } from '../database/prepared-query.js';
import { isNotWaiting } from '../stuck-items/stuck-items.sql.js';

/** The outbox's name in `stuck_items`. */
export const OUTBOX_JOB = 'outbox';

/** Each number of rows is a prepared statement of its own. More messages in one transaction are rare. */
export const PREPARED_ROWS_MAX = 16;

/** SQL, because it runs in each transaction: few rows with large texts, which an array would escape and parse twice. */
export const insertMessages = (rows: number): PreparedStatement => {
  const tuples = Array.from({ length: rows }, (_, i) => {
    const first = i * 4;
    return `($${first + 1}, $${first + 2}, $${first + 3}, $${first + 4})`;
  });
  return {
    name: `insert-outbox-${rows}`,
    text: `insert into outbox (id, subject, payload, traceparent) values ${tuples.join(', ')}`,
  };
};

/** SQL, because it runs after each transaction. $1: ids. */
export const DELETE_PUBLISHED: PreparedStatement = {
  name: 'delete-published',
  text: 'delete from outbox where id = any($1::uuid[])',
};

/**
 * The oldest messages, without the stuck ones. SQL, because it compares with the database's clock. $1: minimum age in ms,
 * $2: only messages after this id, $3: limit.
 */
export const FIND_LEFT_BEHIND = `
  select id, subject, payload, traceparent from outbox
  where ${isNotWaiting(OUTBOX_JOB, 'outbox.id')} and id > $2 and created_at <= now() - $1 * interval '1 millisecond'
  order by id limit $3`;

/** A stuck message that was published, or deleted by an operator. SQL, because it joins by a text and a uuid. */
export const FORGET_PUBLISHED_STUCK_ITEMS = `
  delete from stuck_items
  where job = '${OUTBOX_JOB}' and not exists (select from outbox where id::text = item_id)`;
