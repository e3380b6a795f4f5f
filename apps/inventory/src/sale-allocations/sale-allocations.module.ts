import { Module } from '@nestjs/common';
import { StockModule } from '../stock/stock.module.js';
import { SaleAllocationsHandler } from './sale-allocations.handler.js';
import { SaleAllocationsRepository } from './sale-allocations.repository.js';

@Module({
  imports: [StockModule],
  controllers: [SaleAllocationsHandler],
  providers: [SaleAllocationsRepository],
})
export class SaleAllocationsModule {}
