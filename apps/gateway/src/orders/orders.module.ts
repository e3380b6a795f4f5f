import { Module } from '@nestjs/common';
import { AdmissionModule } from '../edge/admission.module.js';
import { OrderStatusModule } from '../order-status/order-status.module.js';
import { SoldOutModule } from '../sold-out/sold-out.module.js';
import { CheckoutService, OrderPlacer } from './checkout.service.js';
import { OrderBatcher } from './order-batcher.js';
import { OrdersController } from './orders.controller.js';
import { PlacedOrderLookup } from './placed-order-lookup.js';

@Module({
  imports: [AdmissionModule, OrderStatusModule, SoldOutModule],
  controllers: [OrdersController],
  providers: [CheckoutService, OrderPlacer, OrderBatcher, PlacedOrderLookup],
  exports: [CheckoutService],
})
export class OrdersModule {}
