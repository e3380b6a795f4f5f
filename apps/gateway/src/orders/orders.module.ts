import { Module } from '@nestjs/common';
import { AdmissionModule } from '../admission/admission.module.js';
import { OrderFeedModule } from '../order-status/order-status.module.js';
import { SoldOutModule } from '../sold-out/sold-out.module.js';
import { Checkout } from './checkout.service.js';
import { OrderDispatcher } from './order-batcher.js';
import { OrderIntake } from './order-intake.js';
import { OrdersController } from './orders.controller.js';
import { PlacedOrderLookup } from './placed-order-lookup.js';

@Module({
  imports: [AdmissionModule, OrderFeedModule, SoldOutModule],
  controllers: [OrdersController],
  providers: [Checkout, OrderDispatcher, OrderIntake, PlacedOrderLookup],
})
export class OrdersModule {}
