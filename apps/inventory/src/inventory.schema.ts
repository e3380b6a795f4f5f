import type { SchemaDefinition } from '@doorbuster/persistence';
import { AddSalePools1768100000000 } from './migrations/add-sale-pools.migration.js';
import { CreateStock1767225601000 } from './migrations/create-stock.migration.js';
import { WidenStock1768500000000 } from './migrations/widen-stock.migration.js';
import { ReservationEntity } from './reservations/reservation.entity.js';
import { SaleAllocationEntity } from './sale-allocations/sale-allocation.entity.js';
import { AdjustmentEntity } from './stock/adjustment.entity.js';
import { StockEntity } from './stock/stock.entity.js';

export const inventorySchema: SchemaDefinition = {
  service: 'inventory',
  migrations: [CreateStock1767225601000, AddSalePools1768100000000, WidenStock1768500000000],
  entities: [StockEntity, AdjustmentEntity, ReservationEntity, SaleAllocationEntity],
};
