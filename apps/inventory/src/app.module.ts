import {
  ConfigurationModule,
  HealthModule,
  MessagingModule,
  OperationsModule,
  PersistenceModule,
} from '@doorbuster/service';
import { Module } from '@nestjs/common';
import { inventorySchema } from './inventory.schema.js';
import { ReservationsModule } from './reservations/reservations.module.js';
import { SaleAllocationsModule } from './sale-allocations/sale-allocations.module.js';
import { StockModule } from './stock/stock.module.js';

@Module({
  imports: [
    ConfigurationModule.forRoot('inventory'),
    MessagingModule,
    PersistenceModule.forRoot(inventorySchema),
    HealthModule.forRoot('inventory'),
    OperationsModule.forRoot('inventory'),
    StockModule,
    ReservationsModule,
    SaleAllocationsModule,
  ],
})
export class AppModule {}
