import { Module, type DynamicModule } from '@nestjs/common';
import type { SagaData } from './message-saga.js';
import { SagaGauges } from './saga-gauges.js';
import { SAGA_OPTIONS, type SagaOptions } from './saga-options.js';
import { SagaRunner } from './saga-runner.js';
import { SagaTimeoutJob } from './saga-timeout.job.js';
import { SagasRepository } from './sagas.repository.js';

/** Runs the sagas of one service, over the tables `sagas` and `saga_transitions` of its schema. */
@Module({})
export class SagaModule {
  static forRoot<Data extends SagaData, Decision extends string>(
    options: SagaOptions<Data, Decision>,
  ): DynamicModule {
    return {
      module: SagaModule,
      global: true,
      providers: [
        SagasRepository,
        SagaRunner,
        SagaTimeoutJob,
        SagaGauges,
        { provide: SAGA_OPTIONS, useValue: options },
      ],
      exports: [SagaRunner, SagasRepository],
    };
  }
}
