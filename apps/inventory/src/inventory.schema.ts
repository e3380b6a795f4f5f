import type { SchemaDefinition } from '@doorbuster/persistence';
import { CreateStock1767225601000 } from './persistence/create-stock.migration.js';
import { AddSalePools1768100000000 } from './persistence/add-sale-pools.migration.js';
import { WidenStock1768500000000 } from './persistence/widen-stock.migration.js';

export const inventorySchema: SchemaDefinition = {
  service: 'inventory',
  migrations: [CreateStock1767225601000, AddSalePools1768100000000, WidenStock1768500000000],
};
