import type { SaleView } from '@doorbuster/contracts';

/** What a customer can do: wait, buy, hope for a unit that comes back, or nothing. */
export type SalePhase = 'before' | 'open' | 'taken' | 'over' | 'called-off';

/**
 * By the server's clock, so that the button is there at the second. The shop opens the sale within a second of it; an
 * order that comes before that is sent again.
 */
export function phaseOf(
  { status, startsAt, endsAt, unitsLeft }: Pick<SaleView, 'status' | 'startsAt' | 'endsAt' | 'unitsLeft'>,
  serverNow: number,
): SalePhase {
  if (status === 'REJECTED') return 'called-off';
  if (status === 'ENDED' || serverNow >= Date.parse(endsAt)) return 'over';
  if (status !== 'OPEN' && serverNow < Date.parse(startsAt)) return 'before';
  return unitsLeft === 0 ? 'taken' : 'open';
}
