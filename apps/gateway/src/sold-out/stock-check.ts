import { setTimeout as sleep } from 'node:timers/promises';
import { getStockLevels, getUnitsLeft } from '@doorbuster/contracts';
import { Injectable } from '@nestjs/common';
import { RpcClient } from '../rpc/rpc-client.js';
import { poolNamed, poolOf, SoldOutPools, type PoolKey } from './sold-out-state.js';

const DEADLINE_MS = 1_000;
const POOLS_PER_REQUEST = 100;
const WAITING_MAX = 1_000;
const PAUSE_AFTER_FAILURE_MS = 1_000;

/** Reads the stock of pools from inventory, one request at a time. */
@Injectable()
export class StockCheck {
  private readonly waiting = new Set<PoolKey>();
  private isRunning = false;

  constructor(
    private readonly pools: SoldOutPools,
    private readonly rpc: RpcClient,
  ) {}

  of(pool: PoolKey): void {
    if (this.waiting.size < WAITING_MAX) this.waiting.add(pool);
    if (!this.isRunning) void this.run();
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    while (this.waiting.size > 0) {
      const batch = [...this.waiting].slice(0, POOLS_PER_REQUEST);
      // After a failure the next order of the pool requests the check again.
      await this.check(batch).catch(() => sleep(PAUSE_AFTER_FAILURE_MS, undefined, { ref: false }));
      for (const pool of batch) this.waiting.delete(pool);
    }
    this.isRunning = false;
  }

  private async check(keys: readonly PoolKey[]): Promise<void> {
    const states = keys.map((pool) => this.pools.stateOf(pool));
    const left = await this.unitsIn(keys);
    keys.forEach((pool, i) => this.pools.applyCheck(pool, left.get(pool) === 0, states[i]));
  }

  private async unitsIn(keys: readonly PoolKey[]): Promise<Map<PoolKey, number>> {
    const pools = keys.map(poolNamed);
    const skus = pools.flatMap(({ sku, saleId }) => (saleId === undefined ? [sku] : []));
    const skuOf = new Map(pools.flatMap(({ sku, saleId }) => (saleId === undefined ? [] : [[saleId, sku]])));
    const [levels, sales] = await Promise.all([
      skus.length === 0 ? [] : this.rpc.call(getStockLevels, { skus }, DEADLINE_MS),
      skuOf.size === 0 ? [] : this.rpc.call(getUnitsLeft, { saleIds: [...skuOf.keys()] }, DEADLINE_MS),
    ]);
    return new Map([
      // Units set aside for a sale are for its buyers only.
      ...levels.map(({ sku, available, setAside }) => [sku, available - setAside] as const),
      ...sales.map(
        ({ saleId, unitsLeft }) => [poolOf({ sku: skuOf.get(saleId) ?? '', saleId }), unitsLeft] as const,
      ),
    ]);
  }
}
