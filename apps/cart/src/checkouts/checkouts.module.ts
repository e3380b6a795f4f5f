import { Module } from '@nestjs/common';
import { CartsModule } from '../carts/carts.module.js';
import { CartOrdersHandler } from './cart-orders.handler.js';
import { CheckoutsRepository } from './checkouts.repository.js';
import { CheckoutsRpcController } from './checkouts.rpc-controller.js';
import { CheckoutsService } from './checkouts.service.js';

@Module({
  imports: [CartsModule],
  controllers: [CheckoutsRpcController, CartOrdersHandler],
  providers: [CheckoutsService, CheckoutsRepository],
})
export class CheckoutsModule {}
