import { observeSampled } from '@doorbuster/telemetry';
import { metrics } from '@opentelemetry/api';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { actionsOf } from '../definition.js';
import type { SagaData } from './message-saga.js';
import { SAGA_OPTIONS, type SagaOptions } from './saga-options.js';
import { SagasRepository } from './sagas.repository.js';

const meter = metrics.getMeter('doorbuster.saga');
const inFlight = meter.createObservableGauge('doorbuster.saga.in_flight', {
  description: 'Actions of sagas that wait for their reply.',
  unit: '{action}',
});
const stalled = meter.createObservableGauge('doorbuster.saga.stalled', {
  description: 'Actions of sagas that wait for an operator.',
  unit: '{action}',
});

/** Reports how many sagas wait for each action, 0 included. */
@Injectable()
export class SagaGauges implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly actions: { saga: string; step: string }[];
  private endObserving: (() => void) | undefined;

  constructor(
    private readonly sagas: SagasRepository<SagaData>,
    @Inject(SAGA_OPTIONS) { definitions }: SagaOptions<SagaData>,
  ) {
    const actions = definitions.flatMap((saga) =>
      actionsOf(saga).map(({ name }) => ({ saga: saga.name, step: name })),
    );
    this.actions = [...new Map(actions.map((action) => [`${action.saga} ${action.step}`, action])).values()];
  }

  onApplicationBootstrap(): void {
    this.endObserving = observeSampled({
      meter,
      gauges: [inFlight, stalled],
      read: () => this.sagas.countPendingActions(),
      observe: (result, counts) => {
        for (const action of this.actions) {
          const count = counts.find(({ saga, step }) => saga === action.saga && step === action.step);
          result.observe(inFlight, count ? count.total - count.stalled : 0, action);
          result.observe(stalled, count?.stalled ?? 0, action);
        }
      },
    });
  }

  beforeApplicationShutdown(): void {
    this.endObserving?.();
  }
}
