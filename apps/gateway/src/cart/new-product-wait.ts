import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { ProblemException } from '../problem/problem.exception.js';

/** The cart service learns of a new product a moment after catalog's answer. */
const KNOWN_WITHIN_MS = 1_000;
const POLL_MS = 100;
const WAITING_MAX = 64;

/** Repeats changes that were refused because of an unknown SKU, which may be new. */
@Injectable()
export class NewProductWait {
  private waiting = 0;

  /** @throws {ProblemException} what `change` throws, UNKNOWN_SKU after a second */
  async retry<T>(change: () => Promise<T>): Promise<T> {
    try {
      return await change();
    } catch (error) {
      if (!isUnknownSku(error) || this.waiting >= WAITING_MAX) throw error;
    }
    this.waiting += 1;
    return this.poll(change).finally(() => (this.waiting -= 1));
  }

  private async poll<T>(change: () => Promise<T>): Promise<T> {
    for (const until = performance.now() + KNOWN_WITHIN_MS; ;) {
      await sleep(POLL_MS);
      try {
        return await change();
      } catch (error) {
        if (!isUnknownSku(error) || performance.now() > until) throw error;
      }
    }
  }
}

const isUnknownSku = (error: unknown): boolean =>
  error instanceof ProblemException && error.code === 'UNKNOWN_SKU';
