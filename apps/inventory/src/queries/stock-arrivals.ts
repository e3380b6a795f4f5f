import { setTimeout as sleep } from 'node:timers/promises';
import type { StockLevels } from '@doorbuster/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { findStock } from '../persistence/stock.repository.js';

const WAIT_MS = 2_000;
const POLL_MS = 50;
/** Beyond this an unknown SKU is simply unknown: nobody can occupy the database by asking for what is not there. */
const WAITING_MAX = 64;

/**
 * Finds stock rows that may still be on their way: a product exists once the catalog says so, and its stock row a
 * moment later, when the catalog's event has come.
 */
@Injectable()
export class StockArrivals {
  private waiting = 0;

  constructor(private readonly dataSource: DataSource) {}

  /** Waits for up to 2 s. */
  async find(sku: string): Promise<StockLevels | undefined> {
    const levels = await this.findNow(sku);
    if (levels || this.waiting >= WAITING_MAX) return levels;
    this.waiting += 1;
    try {
      return await this.waitFor(sku);
    } finally {
      this.waiting -= 1;
    }
  }

  private async waitFor(sku: string): Promise<StockLevels | undefined> {
    const deadline = Date.now() + WAIT_MS;
    while (Date.now() < deadline) {
      await sleep(POLL_MS);
      const levels = await this.findNow(sku);
      if (levels) return levels;
    }
    return undefined;
  }

  private async findNow(sku: string): Promise<StockLevels | undefined> {
    const [levels] = await findStock(this.dataSource.manager, [sku]);
    return levels;
  }
}
