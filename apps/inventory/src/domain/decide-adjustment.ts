import { accept, refuse, STOCK_MAX, type Reply } from '@doorbuster/contracts';
import type { Pool } from './pool.js';

/** Receives (`delta` > 0) or writes off (`delta` < 0) units of ordinary stock, of the available ones only. */
export function decideAdjustment(levels: Pool, delta: number): Reply<Pool> {
  const available = levels.available + delta;
  const received = levels.received + delta;
  if (available < 0) {
    return refuse(
      'INSUFFICIENT_STOCK',
      `Only ${levels.available} of ${levels.sku} are available, so ${-delta} cannot be written off.`,
    );
  }
  if (received > STOCK_MAX) {
    return refuse(
      'BAD_REQUEST',
      `${levels.received} of ${levels.sku} were received so far; with ${delta} more it would be over ${STOCK_MAX}.`,
    );
  }
  return accept({ ...levels, available, received });
}
