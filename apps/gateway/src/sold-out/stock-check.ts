import { setTimeout as sleep } from 'node:timers/promises';
import { getStockLevels, getUnitsLeft } from '@doorbuster/contracts';
import { Injectable } from '@nestjs/common';
import { RpcClient } from '../rpc/rpc-client.js';
import { poolNamed, poolOf, type PoolKey } from './pool.js';
import { SoldOutPools } from './sold-out-pools.js';

const DEADLINE_MS = 1_000;
const POOLS_A_QUESTION = 100;
const WAITING_MAX = 1_000;
const PAUSE_AFTER_FAILURE_MS = 1_000;

/** Asks inventory how pools stand, one question at a time. */
@Injectable()
export class StockCheck {
  private readonly waiting = new Set<PoolKey>();
  private isAsking = false;

  constructor(
    private readonly pools: SoldOutPools,
    private readonly rpc: RpcClient,
  ) {}

  of(pool: PoolKey): void {
    if (this.waiting.size < WAITING_MAX) this.waiting.add(pool);
    if (!this.isAsking) void this.askAll();
  }

  private async askAll(): Promise<void> {
    this.isAsking = true;
    while (this.waiting.size > 0) {
      const asked = [...this.waiting].slice(0, POOLS_A_QUESTION);
      // Whoever is refused meanwhile has the pools asked for again, unless the answer is there by then.
      await this.ask(asked).catch(() => sleep(PAUSE_AFTER_FAILURE_MS, undefined, { ref: false }));
      for (const pool of asked) this.waiting.delete(pool);
    }
    this.isAsking = false;
  }

  private async ask(keys: readonly PoolKey[]): Promise<void> {
    const states = keys.map((pool) => this.pools.stateOf(pool));
    const left = await this.unitsIn(keys);
    keys.forEach((pool, i) => this.pools.checked(pool, left.get(pool) === 0, states[i]));
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
      // What is set aside is for the buyers of a sale alone.
      ...levels.map(({ sku, available, setAside }) => [sku, available - setAside] as const),
      ...sales.map(
        ({ saleId, unitsLeft }) => [poolOf({ sku: skuOf.get(saleId) ?? '', saleId }), unitsLeft] as const,
      ),
    ]);
  }
}
