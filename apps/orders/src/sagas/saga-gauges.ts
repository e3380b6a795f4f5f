import { metrics } from '@opentelemetry/api';
import { isPivot } from '@doorbuster/saga';
import { observeSampled } from '@doorbuster/telemetry';
import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { cancellationSaga } from '../domain/cancellation.saga.js';
import { checkoutSaga } from '../domain/checkout.saga.js';
import { SagasRepository, type WaitingAction } from '../persistence/sagas.repository.js';

const meter = metrics.getMeter('doorbuster.orders');

const inFlight = meter.createObservableGauge('doorbuster.saga.in_flight', {
  description: 'Actions of sagas that wait for their answer.',
  unit: '{action}',
});
const stalled = meter.createObservableGauge('doorbuster.saga.stalled', {
  description: 'Actions of sagas that wait for an operator.',
  unit: '{action}',
});

/** Every action there is, so that one that nobody waits for any more is told as 0. */
const ACTIONS = [checkoutSaga, cancellationSaga].flatMap(({ name: saga, stages }) =>
  stages
    .flatMap((stage) => (isPivot(stage) ? [] : stage))
    .flatMap((step) => (step.compensation ? [step, step.compensation] : [step]))
    .map(({ name: step }) => ({ saga, step })),
);

/** What sagas wait for, for whoever scrapes. */
@Injectable()
export class SagaGauges implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private endObserving: (() => void) | undefined;

  constructor(private readonly sagas: SagasRepository) {}

  onApplicationBootstrap(): void {
    this.endObserving = observeSampled({
      meter,
      gauges: [inFlight, stalled],
      read: () => this.sagas.waitingActions(),
      observe: (result, waiting) => {
        for (const action of ACTIONS) {
          const found = waiting.find(({ saga, step }) => saga === action.saga && step === action.step);
          const { total, parked } = found ?? NOBODY;
          result.observe(inFlight, total - parked, action);
          result.observe(stalled, parked, action);
        }
      },
    });
  }

  beforeApplicationShutdown(): void {
    this.endObserving?.();
  }
}

const NOBODY: Pick<WaitingAction, 'total' | 'parked'> = { total: 0, parked: 0 };
