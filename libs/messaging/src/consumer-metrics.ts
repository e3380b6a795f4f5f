import { metrics } from '@opentelemetry/api';
import { manager } from '@doorbuster/broker';
import { observeSampled } from '@doorbuster/telemetry';
import type { JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';

const meter = metrics.getMeter('doorbuster.messaging');

const batchSize = meter.createHistogram('doorbuster.consumer.batch.size', {
  description: 'Events that a consumer handled together.',
  unit: '{event}',
  advice: { explicitBucketBoundaries: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 2_048, 4_096] },
});
const processDuration = meter.createHistogram('doorbuster.consumer.process.duration', {
  description: 'Time from the start of a batch to its commit, or to giving it back.',
  unit: 's',
  advice: {
    explicitBucketBoundaries: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  },
});
const redeliveries = meter.createCounter('doorbuster.consumer.redeliveries', {
  description: 'Messages that came another time, because they were given back or not acknowledged in time.',
  unit: '{message}',
});
const lag = meter.createObservableGauge('doorbuster.consumer.lag', {
  description: 'Messages of a stream that are not acknowledged yet: those waiting and those handed out.',
  unit: '{message}',
});

export const recordBatchSize = (consumer: string, events: number): void =>
  batchSize.record(events, { consumer });

/** @param startedAt from `performance.now()` */
export function recordBatch(
  consumer: string,
  messages: readonly Pick<JsMsg, 'redelivered'>[],
  outcome: 'done' | 'retry',
  startedAt: number,
): void {
  processDuration.record((performance.now() - startedAt) / 1_000, { consumer, outcome });
  const again = messages.filter(({ redelivered }) => redelivered).length;
  if (again > 0) redeliveries.add(again, { consumer });
}

/** All replicas report the same value: they share the consumer. @returns a function that ends it */
export function observeLag(
  nc: NatsConnection,
  { stream, name: consumer }: { stream: string; name: string },
): () => void {
  return observeSampled({
    meter,
    gauges: [lag],
    read: async () => (await manager(nc)).consumers.info(stream, consumer),
    observe: (result, { num_pending, num_ack_pending }) =>
      result.observe(lag, num_pending + num_ack_pending, { consumer, stream }),
  });
}
