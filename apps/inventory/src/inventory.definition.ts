import type { ServiceDefinition } from '@doorbuster/service';
import { ExpirySweep } from './expiry/expiry-sweep.js';
import { reservationTtl } from './inventory.config.js';
import { ProductsHandler } from './messaging/products.handler.js';
import { SaleUnitsHandler } from './messaging/sale-units.handler.js';
import { StockCommandsHandler } from './messaging/stock-commands.handler.js';
import { CreateStock1767225601000 } from './persistence/create-stock.migration.js';
import { AddSalePools1768100000000 } from './persistence/add-sale-pools.migration.js';
import { WidenStock1768500000000 } from './persistence/widen-stock.migration.js';
import { Adjustments } from './queries/adjustments.js';
import { StockArrivals } from './queries/stock-arrivals.js';
import { StockAudit } from './queries/stock-audit.js';
import { StockController } from './queries/stock.controller.js';

export const inventoryDefinition: ServiceDefinition = {
  service: 'inventory',
  migrations: [CreateStock1767225601000, AddSalePools1768100000000, WidenStock1768500000000],
  controllers: [StockCommandsHandler, SaleUnitsHandler, ProductsHandler, StockController],
  providers: [reservationTtl, StockArrivals, Adjustments, ExpirySweep, StockAudit],
};
