import { CreateSagaTables1768900000000 } from './create-saga-tables.migration.js';
import { NarrowSagas1769000000000 } from './narrow-sagas.migration.js';

/** The tables of `SagaModule`, for the migrations of an application. Those of the shop's orders began before. */
export const sagaMigrations = [CreateSagaTables1768900000000, NarrowSagas1769000000000];
