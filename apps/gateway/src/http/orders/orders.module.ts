import { Module } from '@nestjs/common';
import { AdmissionModule } from '../../admission/admission.module.js';
import { OrderFeedModule } from '../../order-feed/order-feed.module.js';
import { SoldOutModule } from '../../sold-out/sold-out.module.js';
import { Checkout } from './checkout.js';
import { OrderIntake } from './order-intake.js';
import { OrdersController } from './orders.controller.js';

@Module({
  imports: [AdmissionModule, OrderFeedModule, SoldOutModule],
  controllers: [OrdersController],
  providers: [Checkout, OrderIntake],
})
export class OrdersModule {}
