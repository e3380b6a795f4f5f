import { Module } from '@nestjs/common';
import { OrderEvents } from './order-event-stream.js';
import { OrderFeed } from './order-status-subscriber.js';
import { OrderLookup } from './order-reader.js';
import { Settlement } from '../order-feed/settlement.js';

@Module({
  providers: [OrderFeed, OrderLookup, Settlement, OrderEvents],
  exports: [OrderFeed, Settlement, OrderEvents],
})
export class OrderFeedModule {}
