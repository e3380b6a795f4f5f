import { metrics } from '@opentelemetry/api';
import { observeSampled } from '@doorbuster/telemetry';
import type { DataSource } from 'typeorm';
import { OUTBOX_JOB } from './outbox/outbox.sql.js';

const meter = metrics.getMeter('doorbuster.persistence');

const outboxDepth = meter.createObservableGauge('doorbuster.outbox.depth', {
  description: 'Messages committed and not yet published; counted up to 10,000.',
  unit: '{message}',
});
const outboxAge = meter.createObservableGauge('doorbuster.outbox.oldest.age', {
  description: 'Age of the message that has waited longest to be published, 0 when none waits.',
  unit: 's',
});
const openDeadLetters = meter.createObservableGauge('doorbuster.dead_letters.open', {
  description: 'Dead letters that are neither replayed nor dismissed.',
  unit: '{event}',
});
const stuckItems = meter.createObservableGauge('doorbuster.stuck_items', {
  description: 'Items that a polling job fails on and retries with growing pauses.',
  unit: '{item}',
});
const deadLetters = meter.createCounter('doorbuster.dead_letters', {
  description: 'Events that a consumer gave up on.',
  unit: '{event}',
});

export const countDeadLetter = (consumer: string): void => deadLetters.add(1, { consumer });

/** SQL, because it is one round trip. Each part uses an index, so a long history costs nothing. */
const QUERY = `select
  (select count(*)::int from (select from outbox limit 10000) as counted) as depth,
  coalesce((select extract(epoch from now() - created_at) from outbox order by id limit 1), 0)::float8 as "oldestAge",
  (select coalesce(json_object_agg(consumer, open), '{}') from
    (select consumer, count(*) as open from dead_letters where replayed_at is null and dismissed_at is null
      group by consumer) as by_consumer
  ) as open,
  (select coalesce(json_object_agg(job, stuck), '{}') from
    (select job, count(*) as stuck from stuck_items group by job) as by_job
  ) as stuck`;

interface Backlog {
  depth: number;
  oldestAge: number;
  open: Record<string, number>;
  stuck: Record<string, number>;
}

/** Observes the work that waits for the broker or for an operator. @returns a function that ends it */
export function observeBacklog(dataSource: DataSource, consumers: readonly string[]): () => void {
  // Each service has an outbox, so that metric exists from the start. Other jobs report 0 after their first stuck item.
  const jobs = new Set([OUTBOX_JOB]);
  return observeSampled({
    meter,
    gauges: [outboxDepth, outboxAge, openDeadLetters, stuckItems],
    read: async () => {
      const [backlog] = await dataSource.query<[Backlog]>(QUERY);
      return backlog;
    },
    observe: (result, { depth, oldestAge, open, stuck }) => {
      result.observe(outboxDepth, depth);
      result.observe(outboxAge, oldestAge);
      for (const consumer of consumers) result.observe(openDeadLetters, open[consumer] ?? 0, { consumer });
      for (const job of Object.keys(stuck)) jobs.add(job);
      for (const job of jobs) result.observe(stuckItems, stuck[job] ?? 0, { polling_job: job });
    },
  });
}
