import type { SaleView } from '@doorbuster/contracts';

/**
 * How often an open page asks for what changes, in milliseconds. A hidden page does not ask, and an answer without a
 * change is a 304 without a body. 10,000 visible pages of an open sale are 1,000 requests a second, which the gateway
 * reads in batches; as many pages of products are 333. apps/web/README.md states the budget.
 */
const REFRESH_MS = { sale: 10_000, product: 30_000 } as const;

/** So that pages which were opened at the same moment do not stay together. */
const SPREAD = 0.5;
const SEED = Math.random();

/**
 * The time until the next request, from half to one and a half of the budget. It stays the same until the next answer,
 * because the timer starts anew whenever it changes.
 *
 * @param answeredAt of the last answer, in milliseconds since 1970
 */
export function refreshIn(what: keyof typeof REFRESH_MS, answeredAt: number, seed = SEED): number {
  const fraction = Math.abs(Math.sin(answeredAt * seed)) % 1;
  return Math.round(REFRESH_MS[what] * (1 - SPREAD + 2 * SPREAD * fraction));
}

/**
 * The same for a sale: seldom before it starts, once after the start, then often while units are left, and never after
 * its end.
 *
 * @param offset of the server's clock, in milliseconds
 */
export function refreshSaleIn(
  { status, startsAt, unitsLeft }: Pick<SaleView, 'status' | 'startsAt' | 'unitsLeft'>,
  answeredAt: number,
  offset: number,
  seed = SEED,
): number | false {
  if (status === 'ENDED' || status === 'REJECTED') return false;
  const [often, seldom] = [refreshIn('sale', answeredAt, seed), refreshIn('product', answeredAt, seed)];
  const untilStart = Date.parse(startsAt) - (answeredAt + offset);
  if (untilStart > 0) return Math.min(seldom, untilStart + often);
  return unitsLeft === 0 ? seldom : often;
}
