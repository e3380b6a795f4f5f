import { setTimeout as sleep } from 'node:timers/promises';
import type { StockLevels } from '@doorbuster/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { StockRepository } from './stock.repository.js';

const WAIT_MS = 2_000;
const POLL_MS = 50;
/** Above this, an unknown SKU is not waited for, so that requests for unknown SKUs cannot overload the database. */
const WAITING_MAX = 64;

/**
 * Reads the stock of a SKU. A product exists once catalog has committed it, and its stock row a moment later, when the
 * event has arrived here; so an unknown SKU is waited for.
 */
@Injectable()
export class StockReader {
  private waiting = 0;

  constructor(
    private readonly dataSource: DataSource,
    private readonly stock: StockRepository,
  ) {}

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
    const [levels] = await this.stock.findLevels(this.dataSource.manager, [sku]);
    return levels;
  }
}
