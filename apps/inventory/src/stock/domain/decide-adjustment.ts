import { accept, refuse, STOCK_MAX, type Reply } from '@doorbuster/contracts';
import type { StockPool } from './stock-pool.js';

/**
 * Receives (`delta` > 0) or writes off (`delta` < 0) units of ordinary stock. Only available units can be written off.
 *
 * @param receivedForSales units of the SKU in the pools of its sales; they return to ordinary stock later, so they count
 */
export function decideAdjustment(
  levels: StockPool,
  receivedForSales: number,
  delta: number,
): Reply<StockPool> {
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
