import type { SchemaDefinition } from '@doorbuster/persistence';
import { NarrowSagas1769000000000, SagaEntity, SagaTransitionsEntity } from '@doorbuster/saga/nest';
import { AddSales1768100000000 } from './migrations/add-sales.migration.js';
import { CreateOrders1767225602000 } from './migrations/create-orders.migration.js';
import { IndexStalledSagas1767225603000 } from './migrations/index-stalled-sagas.migration.js';
import { IndexUndoneOrders1768800100000 } from './migrations/index-undone-orders.migration.js';
import { OrderEntity } from './orders/order.entity.js';
import { PriceEntity } from './prices/price.entity.js';
import { SaleTermsEntity, SalePurchaseEntity } from './sales/sale.entities.js';

export const ordersSchema: SchemaDefinition = {
  service: 'orders',
  migrations: [
    CreateOrders1767225602000,
    IndexStalledSagas1767225603000,
    AddSales1768100000000,
    IndexUndoneOrders1768800100000,
    NarrowSagas1769000000000,
  ],
  entities: [
    OrderEntity,
    PriceEntity,
    SaleTermsEntity,
    SalePurchaseEntity,
    SagaEntity,
    SagaTransitionsEntity,
  ],
};
