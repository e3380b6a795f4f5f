import { DATABASE_NOW, fromJsonLines, isNotStuck, type PreparedStatement } from '@doorbuster/persistence';

/** The timeout job's name in `stuck_items`. Never renamed: rows have it. */
export const TIMEOUT_JOB = 'saga-deadlines';

const INSTANCE = `id, definition, version, state, stage, pending, refused, reason, sequence, data,
  (extract(epoch from created_at) * 1000)::float8 as "startedAt"`;
/** Milliseconds since the epoch by the clock of the database, which all replicas share. */
const NOW = `(${DATABASE_NOW})::float8 as now`;
const IS_OVERDUE = `state not in ('COMPLETED', 'COMPENSATED') and next_deadline_at <= clock_timestamp()
  and (definition, version) in (select * from unnest($2::text[], $3::int[]))`;
const IS_NOT_STUCK = isNotStuck(TIMEOUT_JOB, 'sagas.id');

/** The parameters of an insert and of an update. */
const CHANGING_COLUMNS = `$1::uuid[], $2::text[], $3::int[], ${fromJsonLines('$4', 'jsonb')},
    ${fromJsonLines('$5', 'jsonb')}, $6::text[], $7::float8[], $8::int[], ${fromJsonLines('$9', 'text')}`;

/** A saga without a new line has an empty one. */
const LINE = `coalesce(nullif(line, '') || E'\\n', '')`;

/** SQL, because it inserts a batch in one statement, from arrays: half the cost of reading JSON. */
export const INSERT_SAGAS: PreparedStatement = {
  name: 'insert-sagas',
  text: `insert into sagas (id, created_at, version, definition, data, refused, reason, next_deadline_at, updated_at, sequence,
                     stage, state, pending, timeline)
  select id, now(), version, definition, data, refused, reason, to_timestamp(deadline_ms / 1000), now(), sequence,
         stage, state, pending, ${LINE}
  from unnest(${CHANGING_COLUMNS},
              $10::int[], $11::text[], ${fromJsonLines('$12', 'jsonb')})
    as s (id, state, stage, pending, refused, reason, deadline_ms, sequence, line, version, definition, data)`,
};

/** SQL, because it runs for each batch of replies. Locks in the order of ids, so that replicas do not deadlock. $1: ids. */
export const LOCK_SAGAS: PreparedStatement = {
  name: 'lock-sagas',
  text: `select ${INSTANCE}, ${NOW} from sagas where id = any($1::uuid[]) order by id for update`,
};

/** SQL, because it skips locked rows and asks `stuck_items`. $1: limit, $2 and $3: versions, $4: only this id, or null. */
export const LOCK_OVERDUE_SAGAS = `select ${INSTANCE}, ${NOW} from sagas
  where ${IS_OVERDUE} and case when $4::uuid is null then ${IS_NOT_STUCK} else id = $4 end
  order by created_at limit $1 for update skip locked`;

/** SQL, because its condition is that of {@link LOCK_OVERDUE_SAGAS}. $1: limit, $2 and $3: versions. */
export const SELECT_OVERDUE_IDS = `select id from sagas where ${IS_OVERDUE} and ${IS_NOT_STUCK} order by created_at limit $1`;

/**
 * SQL, because it updates a batch in one statement. `data` never changes here. The condition on `any` keeps the plan on the index
 * also when it was made for a nearly empty table.
 */
export const UPDATE_SAGAS: PreparedStatement = {
  name: 'update-sagas',
  text: `update sagas s
  set state = u.state, stage = u.stage, pending = u.pending, refused = u.refused, reason = u.reason, sequence = u.sequence,
      next_deadline_at = to_timestamp(u.deadline_ms / 1000), updated_at = now(), timeline = ${LINE} || s.timeline
  from unnest(${CHANGING_COLUMNS})
    as u (id, state, stage, pending, refused, reason, deadline_ms, sequence, line)
  where s.id = any($1) and s.id = u.id`,
};

/** SQL, because it inserts a batch in one statement. $1: rows as JSON. */
export const INSERT_TRANSITIONS = `insert into saga_transitions (saga_id, sequence, at, transitions)
  select "sagaId", sequence, now(), transitions
  from json_to_recordset($1) as t ("sagaId" uuid, sequence int, transitions json)`;

/** SQL, because it merges into `jsonb`. $1: id, $2: what to add. */
export const MERGE_DATA = `update sagas set data = data || $2::jsonb where id = $1`;

/** SQL, because it counts elements of `jsonb`. The condition is that of the index of sagas in flight. */
export const COUNT_PENDING_ACTIONS = `select definition as saga, action->>'name' as step, count(*)::int as total,
         count(*) filter (where action->'deadlineAt' = 'null')::int as stalled
  from sagas cross join lateral jsonb_array_elements(pending) as action
  where state not in ('COMPLETED', 'COMPENSATED') group by 1, 2`;

/** SQL, because it reads one value out of `jsonb` instead of all the data, and all rows of a saga with it. $1: ids. */
export const SELECT_TIMELINE = `select s.id as "sagaId", s.definition, s.data->>'traceparent' as traceparent, s.timeline,
    (extract(epoch from s.created_at) * 1000)::float8 as "startedAt",
    coalesce((select json_agg(t) from saga_transitions t where t.saga_id = s.id), '[]') as rows
  from sagas s where s.id = any($1::uuid[]) order by s.created_at`;
