import type { BuyerRecord, Outcome } from '../buyers/sale-event.js';
import type { Audit } from '../sale/audit.js';
import { outcomeOfOrder } from '../verdict/order-checks.js';

/** What ends an order that was accepted, in the order of the report. `SOLD_OUT` is decided by inventory, after acceptance. */
export const ENDS = {
  BOUGHT: 'bought',
  DECLINED: 'card declined',
  SOLD_OUT: 'sold out before its turn',
  LIMITED: 'over the limit',
  REJECTED: 'rejected or cancelled for another reason',
  UNFINISHED: 'not final in time',
  GAVE_UP: 'given up by the buyer',
  REFUSED: 'answered against the contract',
  INTERRUPTED: 'still open at the interruption',
} as const satisfies Record<Outcome, string>;

/** Where the accepted orders went: each is counted once, so the ends add up to all of them. */
export interface AcceptedOrders {
  total: number;
  byEnd: Partial<Record<Outcome, number>>;
  /** Accepted, and their buyers were never told so, because the answer was lost. They are in `byEnd`, too. */
  unknownToBuyers: number;
  /** Buyers who were told "sold out" without an order. */
  refusedWithoutOrder: number;
}

/** As the platform has them; without an audit, as the buyers were told. */
export function acceptedOrders(buyers: readonly BuyerRecord[], audit: Audit | undefined): AcceptedOrders {
  const told = new Map(buyers.flatMap(({ orders }) => orders.map(({ id, outcome }) => [id, outcome])));
  const ends = audit ? new Map(audit.orders.map((order) => [order.id, outcomeOfOrder(order)])) : told;
  const byEnd: AcceptedOrders['byEnd'] = {};
  for (const end of ends.values()) byEnd[end] = (byEnd[end] ?? 0) + 1;
  return {
    total: ends.size,
    byEnd,
    unknownToBuyers: [...ends.keys()].filter((id) => !told.has(id)).length,
    refusedWithoutOrder: buyers.filter(({ outcome, orders }) => outcome === 'SOLD_OUT' && orders.length === 0)
      .length,
  };
}
