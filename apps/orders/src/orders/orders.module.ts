import { Module } from '@nestjs/common';
import { SalesModule } from '../sales/sales.module.js';
import { OrderAcceptance } from './order-acceptance.service.js';
import { OrderCancellation } from './order-cancellation.service.js';
import { OrderListRepository } from './order-list.repository.js';
import { OrderList } from './order-list.service.js';
import { OrdersRepository } from './orders.repository.js';
import { OrdersRpcController } from './orders.rpc-controller.js';
import { PlacedOrders } from './placed-orders.service.js';

@Module({
  imports: [SalesModule],
  controllers: [OrdersRpcController],
  providers: [
    OrdersRepository,
    OrderAcceptance,
    OrderCancellation,
    OrderListRepository,
    OrderList,
    PlacedOrders,
  ],
  exports: [OrdersRepository],
})
export class OrdersModule {}
