import type { Order, StockLevels } from '@doorbuster/contracts';
import { verifyInvariants, type Verdict } from '@doorbuster/verify-invariants';
import type { AdminClient } from '../shop/admin-client.js';
import type { Venue } from './venue.js';

/** What the platform says of the sale afterwards. */
export interface Audit {
  levels: StockLevels;
  /** All orders of the product, whether or not their buyers know of them. */
  orders: Order[];
  /** Over all schemas; `undefined` for a deployment, whose database is out of reach. */
  invariants: Verdict | undefined;
}

export interface AuditTask {
  sku: string;
  /** Older orders belong to another sale. */
  openedAt: Date;
  settleMs: number;
}

/** The platform may run on another clock. */
const CLOCK_SKEW_MS = 60_000;
const POLL_MS = 250;

/** Waits until nothing is in flight, for `settleMs` at most. */
export async function audit(
  admin: AdminClient,
  { platform }: Venue,
  { sku, openedAt, settleMs }: AuditTask,
): Promise<Audit> {
  const deadline = Date.now() + settleMs;
  const orders: Order[] = [];
  for (const order of await ordersSince(admin, sku, openedAt)) {
    orders.push(order.status === 'PENDING' ? await settled(admin, order, deadline) : order);
  }
  const invariants =
    platform &&
    (await verifyInvariants({
      databaseUrl: platform.run().postgres.url,
      dataDir: platform.dataDir,
      waitMs: Math.max(0, deadline - Date.now()),
    }));
  // Units are committed after the order is confirmed.
  let levels = await admin.getStock(sku);
  while (levels.reserved > 0 && Date.now() < deadline) {
    await sleep();
    levels = await admin.getStock(sku);
  }
  return { levels, orders, invariants };
}

async function ordersSince(admin: AdminClient, sku: string, openedAt: Date): Promise<Order[]> {
  const orders = new Map<string, Order>();
  const oldest = openedAt.getTime() - CLOCK_SKEW_MS;
  let cursor: string | undefined;
  for (;;) {
    const { items, nextCursor } = await admin.listOrders(cursor);
    for (const order of items) if (order.lines.some((line) => line.sku === sku)) orders.set(order.id, order);
    const last = items.at(-1);
    if (nextCursor === null || last === undefined || Date.parse(last.createdAt) < oldest) break;
    cursor = nextCursor;
  }
  return [...orders.values()];
}

async function settled(admin: AdminClient, order: Order, deadline: number): Promise<Order> {
  let now = order;
  while (now.status === 'PENDING' && Date.now() < deadline) {
    await sleep();
    now = await admin.getOrder(order.id);
  }
  return now;
}

const sleep = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, POLL_MS));
