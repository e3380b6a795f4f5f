import { Module } from '@nestjs/common';
import { InventoryConfig } from '../inventory.config.js';
import { StockModule } from '../stock/stock.module.js';
import { ReservationExpiryJob } from './reservation-expiry.job.js';
import { ReservationsRepository } from './reservations.repository.js';
import { StockCommandsHandler } from './stock-commands.handler.js';

@Module({
  imports: [StockModule],
  controllers: [StockCommandsHandler],
  providers: [InventoryConfig, ReservationsRepository, ReservationExpiryJob],
})
export class ReservationsModule {}
