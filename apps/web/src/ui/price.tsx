import type { Money } from '@doorbuster/contracts';
import { formatMoney, percentOff } from './format.js';

/** A price, with the one before it when it was higher. */
export function Price({
  now,
  before,
  isLarge = false,
}: {
  now: Money;
  before?: Money | undefined;
  isLarge?: boolean;
}) {
  const off = before ? percentOff(before, now) : 0;
  return (
    <p className={`flex flex-wrap items-baseline gap-x-2 tabular-nums ${isLarge ? 'text-3xl' : 'text-base'}`}>
      <span className={`font-bold ${off > 0 ? 'text-accent-text' : ''}`}>{formatMoney(now)}</span>
      {off > 0 && before && (
        <>
          <span className="sr-only">instead of</span>
          <s className={`text-quiet ${isLarge ? 'text-lg' : 'text-sm'}`}>{formatMoney(before)}</s>
          <span className={`font-semibold text-accent-text ${isLarge ? 'text-base' : 'text-sm'}`}>
            −{off} %
          </span>
        </>
      )}
    </p>
  );
}
