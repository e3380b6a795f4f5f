import { Module } from '@nestjs/common';
import { OrderEventStream } from './order-event-stream.js';
import { OrderOutcomeWaiter, OrderStatusSubscriber } from './order-status-subscriber.js';
import { OrderReader } from './order-reader.js';

@Module({
  providers: [OrderStatusSubscriber, OrderReader, OrderOutcomeWaiter, OrderEventStream],
  exports: [OrderStatusSubscriber, OrderOutcomeWaiter, OrderEventStream],
})
export class OrderStatusModule {}
