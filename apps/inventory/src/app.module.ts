import {
  ConfigurationModule,
  HealthModule,
  MessagingModule,
  OperationsModule,
  PersistenceModule,
} from '@doorbuster/service';
import { Module } from '@nestjs/common';
import { ExpirySweep } from './expiry/expiry-sweep.js';
import { InventoryConfig } from './inventory.config.js';
import { ProductsHandler } from './messaging/products.handler.js';
import { SaleUnitsHandler } from './messaging/sale-units.handler.js';
import { StockCommandsHandler } from './messaging/stock-commands.handler.js';
import { Adjustments } from './queries/adjustments.js';
import { StockArrivals } from './queries/stock-arrivals.js';
import { StockAudit } from './queries/stock-audit.js';
import { StockController } from './queries/stock.controller.js';
import { inventorySchema } from './inventory.schema.js';

@Module({
  imports: [
    ConfigurationModule.forRoot('inventory'),
    MessagingModule,
    PersistenceModule.forRoot(inventorySchema),
    HealthModule.forRoot('inventory'),
    OperationsModule.forRoot('inventory'),
  ],
  controllers: [StockCommandsHandler, SaleUnitsHandler, ProductsHandler, StockController],
  providers: [InventoryConfig, StockArrivals, Adjustments, ExpirySweep, StockAudit],
})
export class AppModule {}
