import { Module } from '@nestjs/common';
import { OrderStatusModule } from '../order-status/order-status.module.js';
import { AcceptedRequestIndex, SoldOutGate } from './sold-out-gate.js';
import { SoldOutPools } from './sold-out-state.js';
import { StockCheck } from './stock-check.js';

const POOLS_MAX = 10_000;
const CHECK_AFTER_MS = 1_000;
/** After this time without an answer from inventory, orders are let through. */
const LEASE_MS = 5_000;

const pools = {
  provide: SoldOutPools,
  useFactory: () =>
    new SoldOutPools({
      poolsMax: POOLS_MAX,
      checkAfterMs: CHECK_AFTER_MS,
      leaseMs: LEASE_MS,
      now: () => performance.now(),
    }),
};

@Module({
  imports: [OrderStatusModule],
  providers: [pools, StockCheck, AcceptedRequestIndex, SoldOutGate],
  exports: [AcceptedRequestIndex, SoldOutGate],
})
export class SoldOutModule {}
