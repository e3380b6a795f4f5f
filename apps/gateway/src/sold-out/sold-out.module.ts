import { Module } from '@nestjs/common';
import { OrderFeedModule } from '../order-status/order-status.module.js';
import { RequestHistory } from './accepted-request-index.js';
import { SoldOutGate } from './sold-out-gate.js';
import { SoldOutPools } from './sold-out-pools.js';
import { StockCheck } from './stock-check.js';

const POOLS_MAX = 10_000;
const CHECK_AFTER_MS = 1_000;
/** Inventory that cannot be asked for so long opens the gate. */
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
  imports: [OrderFeedModule],
  providers: [pools, StockCheck, RequestHistory, SoldOutGate],
  exports: [RequestHistory, SoldOutGate],
})
export class SoldOutModule {}
