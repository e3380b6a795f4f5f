import { z } from 'zod';
import { changeTerms } from '../actor.js';
import { command, event } from '../message.js';
import { change, rpc } from '../rpc.js';
import {
  INT_MAX,
  LINE_QUANTITY_MAX,
  ORDER_LINES_MAX,
  idempotencyKey,
  instant,
  orderId,
  saleId,
  sku,
  text,
} from '../values.js';

/** With a `saleId` from the units of that sale, otherwise from ordinary stock. */
export const stockLine = z.object({
  sku,
  saleId: saleId.optional(),
  quantity: z.int().min(1).max(LINE_QUANTITY_MAX),
});
export type StockLine = z.infer<typeof stockLine>;

const forOrder = z.object({ orderId });

/** Try: reserves all lines of the order, or none. */
export const reserveStock = command(
  'inventory',
  'reserve-stock',
  z.object({ orderId, lines: z.array(stockLine).min(1).max(ORDER_LINES_MAX) }),
);
/** Confirm: reserved units become sold. */
export const commitStock = command('inventory', 'commit-stock', forOrder);
/** Cancel: reserved units become available. If nothing is reserved, a later `reserve-stock` of this order is refused. */
export const releaseStock = command('inventory', 'release-stock', forOrder);
/** After a refund: sold units become available. */
export const restockOrder = command('inventory', 'restock-order', forOrder);

const refusal = z.object({ orderId, reason: z.string(), sku: sku.optional() });
export const stockReserved = event('inventory', 'stock-reserved', z.object({ orderId, expiresAt: instant }));
export const stockRefused = event('inventory', 'stock-refused', refusal);
export const stockCommitted = event('inventory', 'stock-committed', forOrder);
export const stockCommitRefused = event('inventory', 'stock-commit-refused', refusal);
export const stockReleased = event('inventory', 'stock-released', forOrder);
export const orderRestocked = event('inventory', 'order-restocked', forOrder);

/**
 * Sent when the last unit was reserved, and when units are available again. `available` is the figure after that, of the
 * units of a sale if there is a `saleId`, otherwise of ordinary stock.
 */
const level = z.object({ sku, saleId: saleId.optional(), available: z.int().min(0) });
export const stockDepleted = event('inventory', 'stock-depleted', level);
export const stockReplenished = event('inventory', 'stock-replenished', level);

const figure = (example: number) =>
  z
    .int()
    .min(0)
    .meta({ examples: [example] });

export const stockLevels = z
  .object({
    sku,
    available: figure(480),
    reserved: figure(5),
    sold: figure(115),
    received: figure(600),
    setAside: figure(73).describe('Available units that are allocated to sales'),
  })
  .meta({
    id: 'StockLevels',
    description: 'Always received = available + reserved + sold. All figures include the units of sales',
  });
export type StockLevels = z.infer<typeof stockLevels>;

export const adjustmentBody = z
  .strictObject({
    delta: z
      .int()
      .min(-INT_MAX)
      .max(INT_MAX)
      .refine((delta) => delta !== 0, 'must not be 0'),
    reason: text.trim().min(1).max(200),
  })
  .meta({ id: 'StockAdjustment', description: 'Positive receives stock, negative writes it off' });

export type AdjustmentBody = z.infer<typeof adjustmentBody>;

export const getStock = rpc('inventory', 'get-stock', z.object({ sku }), stockLevels);
/** Levels of many SKUs. A SKU without stock is not in the reply. */
export const getStockLevels = rpc(
  'inventory',
  'get-stock-levels',
  z.object({ skus: z.array(sku).max(100) }),
  z.array(stockLevels),
);
export const adjustStock = change(
  'inventory',
  'adjust-stock',
  'admin',
  z.object({ ...changeTerms, sku, ...adjustmentBody.shape, idempotencyKey }),
  stockLevels,
);
