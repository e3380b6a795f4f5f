export { CreateSagaTables1768900000000 } from './create-saga-tables.migration.js';
export type {
  AdvancedSaga,
  LocalDecision,
  MessageCommand,
  MessageSaga,
  NewSaga,
  SagaData,
  SagaStarter,
} from './message-saga.js';
export { NarrowSagas1769000000000 } from './narrow-sagas.migration.js';
export { SAGA_OPTIONS, type SagaOptions } from './saga-options.js';
export { SagaEntity, SagaTransitionsEntity } from './saga.entities.js';
export { sagaMigrations } from './saga-migrations.js';
export { SagaModule } from './saga.module.js';
export { SagaRunner, UnknownSagaVersionError } from './saga-runner.js';
export { SagasRepository, type StoredSaga } from './sagas.repository.js';
