import type { SchemaDefinition } from '@doorbuster/persistence';
import { SagaEntity, SagaTransitionsEntity } from '@doorbuster/saga/nest';
import { AddSales1768100000000 } from './persistence/add-sales.migration.js';
import { CreateOrders1767225602000 } from './persistence/create-orders.migration.js';
import { IndexStalledSagas1767225603000 } from './persistence/index-stalled-sagas.migration.js';

export const ordersSchema: SchemaDefinition = {
  service: 'orders',
  migrations: [CreateOrders1767225602000, IndexStalledSagas1767225603000, AddSales1768100000000],
  entities: [SagaEntity, SagaTransitionsEntity],
};
