import { Module } from '@nestjs/common';
import { SalesHandler } from './sales.handler.js';
import { SalePurchasesRepository } from './sale-purchases.repository.js';
import { SaleTermsRepository } from './sale-terms.repository.js';

@Module({
  controllers: [SalesHandler],
  providers: [SalePurchasesRepository, SaleTermsRepository],
  exports: [SalePurchasesRepository, SaleTermsRepository],
})
export class SalesModule {}
