import { setTimeout as sleep } from 'node:timers/promises';
import { getStockLevels } from '@doorbuster/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { Queries } from '../queries/queries.js';
import { poolOf, type PoolKey } from './pool.js';
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
    @Inject(SoldOutPools) private readonly pools: SoldOutPools,
    @Inject(Queries) private readonly queries: Queries,
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

  private async ask(skus: PoolKey[]): Promise<void> {
    const states = skus.map((pool) => this.pools.stateOf(pool));
    const levels = await this.queries.ask(getStockLevels, { skus }, DEADLINE_MS);
    const available = new Map(levels.map((level) => [poolOf(level), level.available]));
    skus.forEach((pool, i) => this.pools.checked(pool, available.get(pool) === 0, states[i]));
  }
}
