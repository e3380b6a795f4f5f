import { Module } from '@nestjs/common';
import { AdjustmentsRepository } from './adjustments.repository.js';
import { AdjustmentsService } from './adjustments.service.js';
import { ProductsHandler } from './products.handler.js';
import { StockReader } from './stock-reader.js';
import { StockMetrics } from './stock.metrics.js';
import { StockRepository } from './stock.repository.js';
import { StockRpcController } from './stock.rpc-controller.js';

@Module({
  controllers: [StockRpcController, ProductsHandler],
  providers: [StockRepository, StockReader, AdjustmentsRepository, AdjustmentsService, StockMetrics],
  exports: [StockRepository],
})
export class StockModule {}
