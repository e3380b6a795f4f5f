import type { BuyerRecord } from '../buyers/sale-event.js';
import { rejection } from '../buyers/read-answer.js';
import { unitsOf } from './order-checks.js';
import type { FullEvidence, Rule } from './rule.js';

/** Maximum time until a returned unit is on the page again, and maximum difference to the platform's clock. */
const RETURN_GRACE_MS = 2_000;

const unitsConfirmed = ({ audit }: FullEvidence): number =>
  unitsOf(audit.orders.filter(({ status }) => status === 'CONFIRMED'));

export const notOneOver: Rule = {
  promise: 'Not one over: no unit is sold twice',
  kept: ({ audit, stock }) => `${audit.levels.sold} of ${stock} sold`,
  breaches(evidence) {
    const { audit, stock } = evidence;
    const { available, reserved, sold, received } = audit.levels;
    const confirmed = unitsConfirmed(evidence);
    const breaches: string[] = [];
    if (sold > stock) breaches.push(`${sold} sold of ${stock}`);
    if (confirmed > stock) breaches.push(`${confirmed} confirmed of ${stock}`);
    if (available < 0) breaches.push(`${available} available`);
    if (received !== stock || available + reserved + sold !== received) {
      breaches.push(
        `received ${received} of ${stock}, yet ${available} available, ${reserved} reserved, ${sold} sold`,
      );
    }
    return breaches;
  },
};

/** When held units became available again, in ascending milliseconds after the opening. */
function returnsAtMs({ audit, openedAt }: FullEvidence): number[] {
  return audit.orders
    .filter(
      ({ status, reason }) =>
        status === 'CANCELLED' || (status === 'REJECTED' && rejection(reason) !== 'SOLD_OUT'),
    )
    .flatMap(({ updatedAt, lines }) =>
      lines.flatMap(({ quantity }) =>
        Array.from({ length: quantity }, () => Date.parse(updatedAt) - openedAt.getTime()),
      ),
    )
    .toSorted((a, b) => a - b);
}

/**
 * Buyers with a good card who got nothing, although a unit was free at their last request. With n units left at the end,
 * at least one was free at any time after the n-th last return. Before it, "sold out" may have been right.
 */
function turnedAwayInVain(evidence: FullEvidence): BuyerRecord[] {
  const { available, reserved } = evidence.audit.levels;
  const left = available + reserved;
  if (left <= 0) return [];
  const served = new Set(
    evidence.audit.orders.filter(({ status }) => status === 'CONFIRMED').map(({ customerId }) => customerId),
  );
  const freeSinceMs = (returnsAtMs(evidence).at(-left) ?? Number.NEGATIVE_INFINITY) + RETURN_GRACE_MS;
  return evidence.buyers.filter(
    ({ customerId, hasGoodCard, lastAskedAtMs }) =>
      hasGoodCard && !served.has(customerId) && lastAskedAtMs > freeSinceMs,
  );
}

export const notOneUnder: Rule = {
  promise: 'Not one under: nobody is turned away while a unit is left',
  kept: ({ audit: { levels } }) =>
    levels.available === 0
      ? 'none left'
      : `${levels.available} left, and every buyer with a good card who asked while they were free has one`,
  breaches(evidence) {
    const { available, reserved } = evidence.audit.levels;
    const inVain = turnedAwayInVain(evidence).length;
    return inVain === 0
      ? []
      : [`${available} left, ${reserved} still reserved, and ${inVain} buyers with a good card went without`];
  },
};

export const soldIsConfirmed: Rule = {
  promise: 'What is sold is confirmed, and what is confirmed is sold',
  kept: (evidence) => `${unitsConfirmed(evidence)} confirmed, none reserved any more`,
  breaches(evidence) {
    const { sold, reserved } = evidence.audit.levels;
    const confirmed = unitsConfirmed(evidence);
    const breaches: string[] = [];
    if (sold !== confirmed) breaches.push(`${sold} sold, ${confirmed} confirmed`);
    if (reserved !== 0) breaches.push(`${reserved} still reserved`);
    return breaches;
  },
};
