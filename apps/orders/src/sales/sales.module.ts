import { Module } from '@nestjs/common';
import { SalesHandler } from './sales.handler.js';
import { SalePurchasesRepository } from './sale-purchases.repository.js';

@Module({
  controllers: [SalesHandler],
  providers: [SalePurchasesRepository],
  exports: [SalePurchasesRepository],
})
export class SalesModule {}
