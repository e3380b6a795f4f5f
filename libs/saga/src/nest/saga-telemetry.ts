import { startSpan } from '@doorbuster/telemetry';
import { metrics, type Attributes, type Span } from '@opentelemetry/api';
import type { TransitionKind } from '../instance.js';
import type { AdvancedSaga, SagaData } from './message-saga.js';

/** From one fast step to one that an operator had to retry. */
const DURATIONS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900];

const meter = metrics.getMeter('doorbuster.saga');
const sagaDuration = meter.createHistogram('doorbuster.saga.duration', {
  description: 'Time from the start of a saga to its end.',
  unit: 's',
  advice: { explicitBucketBoundaries: DURATIONS_S },
});
const stepDuration = meter.createHistogram('doorbuster.saga.step.duration', {
  description: 'Time from the first sending of a command to its reply, or to giving it up.',
  unit: 's',
  advice: { explicitBucketBoundaries: DURATIONS_S },
});
const resends = meter.createCounter('doorbuster.saga.resends', {
  description: 'Commands sent again because no reply came in time.',
  unit: '{command}',
});
const compensations = meter.createCounter('doorbuster.saga.compensations', {
  description: 'Sagas that turned back, by the code of the reason.',
  unit: '{saga}',
});

const STEP_OUTCOMES: readonly TransitionKind[] = ['SUCCEEDED', 'REFUSED', 'TIMED_OUT', 'STALLED'];

/** Counts and times committed transitions. Labels have the reason's code only: details have unbounded cardinality. */
export function recordMetrics({ before, instance, transitions, at }: AdvancedSaga<SagaData>): void {
  const now = at.getTime();
  const saga = instance.definition;
  for (const { step, kind } of transitions) {
    if (kind === 'RESENT') resends.add(1, { saga, step });
    if (kind === 'COMPENSATING') compensations.add(1, { saga, reason: instance.reason?.code ?? 'NONE' });
    const sentAt = before.pending.find(({ name }) => name === step)?.sentAt;
    if (sentAt !== undefined && STEP_OUTCOMES.includes(kind)) {
      stepDuration.record(secondsSince(sentAt, now), { saga, step, outcome: kind });
    }
    if (kind === 'COMPLETED' || kind === 'COMPENSATED') {
      sagaDuration.record(secondsSince(before.startedAt, now), { saga, outcome: kind });
    }
  }
}

/** Spans of requests and replies by the id of the saga that they moved. */
export type SpansBySaga = ReadonlyMap<string, Span>;

/** Adds transitions to the span of the message; timeouts and retries have no message and get a span of their own. */
export function recordSpan<Data extends SagaData>(
  { instance: { id, data }, transitions }: AdvancedSaga<Data>,
  spans: SpansBySaga,
  attributesOf: (data: Data) => Attributes,
): void {
  const given = spans.get(id);
  const span = given ?? startOwnSpan();
  if (!span) return;
  for (const { step, kind, attempt, reason } of transitions) {
    span.addEvent(`saga.${kind.toLowerCase()}`, {
      'saga.step': step,
      ...(attempt > 0 && { 'saga.attempt': attempt }),
      ...(reason !== null && { 'saga.reason': reason }),
    });
  }
  if (span !== given) span.end();

  function startOwnSpan(): Span | undefined {
    const name = `saga ${transitions[0]?.kind.toLowerCase() ?? 'unchanged'}`;
    const attributes = { ...attributesOf(data), 'doorbuster.saga.id': id };
    return startSpan(data.traceparent, name, { attributes });
  }
}

/** Never negative, also when the clock of the database was set back. */
const secondsSince = (then: number, now: number): number => Math.max(0, now - then) / 1_000;
