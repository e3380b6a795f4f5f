import { Module } from '@nestjs/common';
import { ProductsModule } from '../products/products.module.js';
import { AllocationRepliesHandler } from './allocation-replies.handler.js';
import { SaleScheduler } from './sale.scheduler.js';
import { SalesRepository } from './sales.repository.js';
import { SalesRpcController } from './sales.rpc-controller.js';
import { SalesService } from './sales.service.js';

@Module({
  imports: [ProductsModule],
  controllers: [SalesRpcController, AllocationRepliesHandler],
  providers: [SalesRepository, SalesService, SaleScheduler],
  exports: [SalesRepository],
})
export class SalesModule {}
