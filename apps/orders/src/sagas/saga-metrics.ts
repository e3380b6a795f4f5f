import { metrics } from '@opentelemetry/api';
import type { AdvancedSaga, SagaTransition } from '@doorbuster/saga';
import type { OrderCommand, OrderSagaData } from '../domain/order-saga.js';
import type { OrderStatus } from '@doorbuster/contracts';

const meter = metrics.getMeter('doorbuster.orders');
/** From one fast step to one that an operator had to push. */
const DURATIONS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900];

const accepted = meter.createCounter('doorbuster.orders.accepted', {
  description: 'Orders committed as PENDING.',
  unit: '{order}',
});
const checkouts = meter.createCounter('doorbuster.checkouts', {
  description: 'Orders that got a status after PENDING, by that status and the code of its reason.',
  unit: '{order}',
});
const sagaDuration = meter.createHistogram('doorbuster.saga.duration', {
  description: 'Time from the start of a saga to its end.',
  unit: 's',
  advice: { explicitBucketBoundaries: DURATIONS_S },
});
const stepDuration = meter.createHistogram('doorbuster.saga.step.duration', {
  description: 'Time from the first sending of a command to its answer, or to giving it up.',
  unit: 's',
  advice: { explicitBucketBoundaries: DURATIONS_S },
});
const resends = meter.createCounter('doorbuster.saga.resends', {
  description: 'Commands sent again because no answer came in time.',
  unit: '{command}',
});
const compensations = meter.createCounter('doorbuster.saga.compensations', {
  description: 'Sagas that turned back, by the code of the reason.',
  unit: '{saga}',
});

export const countAccepted = (orders: number): void => accepted.add(orders);

export const countCheckout = (outcome: OrderStatus, reason: string | null): void =>
  checkouts.add(1, { outcome, reason: codeOf(reason) });

/** To be called once it is committed that these sagas went on. */
export function recordSagas(advanced: readonly AdvancedSaga<OrderSagaData, OrderCommand>[]): void {
  for (const { before, instance, transitions, at } of advanced) {
    const now = at.getTime();
    const saga = instance.definition;
    for (const transition of transitions) {
      const { step, kind } = transition;
      if (kind === 'RESENT') resends.add(1, { saga, step });
      if (kind === 'COMPENSATING') compensations.add(1, { saga, reason: codeOf(transition.reason) });
      const outcome = stepOutcome(transition);
      const sentAt = before.pending.find(({ name }) => name === step)?.sentAt;
      if (outcome && sentAt !== undefined) {
        stepDuration.record(secondsSince(sentAt, now), { saga, step, outcome });
      }
      if (kind === 'COMPLETED' || kind === 'COMPENSATED') {
        sagaDuration.record(secondsSince(before.startedAt, now), { saga, outcome: kind });
      }
    }
  }
}

function stepOutcome({ kind }: SagaTransition): string | undefined {
  switch (kind) {
    case 'SUCCEEDED':
    case 'REFUSED':
    case 'TIMED_OUT':
    case 'STALLED':
      return kind;
    default:
      return undefined;
  }
}

/** What comes after the colon is a provider's own word, and there is no end to those. */
const codeOf = (reason: string | null): string => /^[A-Z_]+/.exec(reason ?? '')?.[0] ?? 'NONE';

/** Never negative, also when the clock of the database was set back. */
const secondsSince = (then: number, now: number): number => Math.max(0, now - then) / 1_000;
