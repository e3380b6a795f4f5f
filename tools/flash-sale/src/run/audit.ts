import type { Order, StockLevels } from '@doorbuster/contracts';
import { verifyInvariants, type Verdict } from '@doorbuster/verify-invariants';
import type { Desk } from '../shop/desk.js';
import type { Venue } from './venue.js';

/** What the platform itself says of the sale afterwards. */
export interface Audit {
  levels: StockLevels;
  /** All orders of the product, whether or not their buyers know of them. */
  orders: Order[];
  /** Over all schemas; `undefined` for a deployment whose database we do not reach. */
  invariants: Verdict | undefined;
}

export interface AuditTask {
  sku: string;
  /** Orders from before are not of this sale. */
  openedAt: Date;
  settleMs: number;
}

/** The platform's clock may be another one. */
const CLOCK_SKEW_MS = 60_000;
const POLL_MS = 250;

/** Asks until nothing is under way any more, or `settleMs` are over. */
export async function audit(
  desk: Desk,
  { platform }: Venue,
  { sku, openedAt, settleMs }: AuditTask,
): Promise<Audit> {
  const deadline = Date.now() + settleMs;
  const orders: Order[] = [];
  for (const order of await ordersSince(desk, sku, openedAt)) {
    orders.push(order.status === 'PENDING' ? await settled(desk, order, deadline) : order);
  }
  const invariants =
    platform &&
    (await verifyInvariants({
      databaseUrl: platform.run().postgres.url,
      dataDir: platform.dataDir,
      waitMs: Math.max(0, deadline - Date.now()),
    }));
  // Units are committed after the order is confirmed.
  let levels = await desk.levels(sku);
  while (levels.reserved > 0 && Date.now() < deadline) {
    await sleep();
    levels = await desk.levels(sku);
  }
  return { levels, orders, invariants };
}

async function ordersSince(desk: Desk, sku: string, openedAt: Date): Promise<Order[]> {
  const orders = new Map<string, Order>();
  const oldest = openedAt.getTime() - CLOCK_SKEW_MS;
  let cursor: string | undefined;
  for (;;) {
    const { items, nextCursor } = await desk.orders(cursor);
    for (const order of items) if (order.lines.some((line) => line.sku === sku)) orders.set(order.id, order);
    const last = items.at(-1);
    if (nextCursor === null || last === undefined || Date.parse(last.createdAt) < oldest) break;
    cursor = nextCursor;
  }
  return [...orders.values()];
}

async function settled(desk: Desk, order: Order, deadline: number): Promise<Order> {
  let now = order;
  while (now.status === 'PENDING' && Date.now() < deadline) {
    await sleep();
    now = await desk.order(order.id);
  }
  return now;
}

const sleep = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, POLL_MS));
