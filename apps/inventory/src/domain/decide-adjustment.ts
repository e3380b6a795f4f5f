import { accept, refuse, STOCK_MAX, type Reply } from '@doorbuster/contracts';
import type { Pool } from './pool.js';

/**
 * Receives (`delta` > 0) or writes off (`delta` < 0) units of ordinary stock, of the available ones only.
 *
 * @param receivedForSales of the SKU, in the pools of all of its sales: those units come back to ordinary stock
 */
export function decideAdjustment(levels: Pool, receivedForSales: number, delta: number): Reply<Pool> {
  const available = levels.available + delta;
  const received = levels.received + delta;
  if (available < 0) {
    return refuse(
      'INSUFFICIENT_STOCK',
      `Only ${levels.available} of ${levels.sku} are available, so ${-delta} cannot be written off.`,
    );
  }
  if (delta > 0 && received + receivedForSales > STOCK_MAX) {
    const soFar = levels.received + receivedForSales;
    return refuse(
      'STOCK_LIMIT',
      `${soFar} of ${levels.sku} were received so far; with ${delta} more it would be over ${STOCK_MAX}.`,
    );
  }
  return accept({ ...levels, available, received });
}
