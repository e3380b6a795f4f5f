import { Module } from '@nestjs/common';
import { OrderEvents } from './order-events.js';
import { OrderFeed } from './order-feed.js';
import { OrderLookup } from './order-lookup.js';
import { Settlement } from './settlement.js';

@Module({
  providers: [OrderFeed, OrderLookup, Settlement, OrderEvents],
  exports: [OrderFeed, Settlement, OrderEvents],
})
export class OrderFeedModule {}
