import type { Money } from '@doorbuster/contracts';

/** A line as the customer put it in. The price shown is always the one of the shop now. */
export interface CartLine {
  sku: string;
  quantity: number;
  priceWhenAdded: Money;
}

/** As the contract of orders has them. */
export const LINES_MAX = 50;
export const QUANTITY_MAX = 100;

/** @returns the lines with more units of one product, up to the maximum; a full cart takes no further product */
export function withMore(lines: CartLine[], added: CartLine): CartLine[] {
  const at = lines.findIndex(({ sku }) => sku === added.sku);
  if (at < 0) return lines.length < LINES_MAX ? [...lines, added] : lines;
  return lines.map((line, i) =>
    i === at ? { ...line, quantity: Math.min(QUANTITY_MAX, line.quantity + added.quantity) } : line,
  );
}

/** The lines without what was bought: units that were added while the order was placed stay. */
export const withoutBought = (
  lines: CartLine[],
  bought: readonly { sku: string; quantity: number }[],
): CartLine[] =>
  lines.flatMap((line) => {
    const units = bought.find(({ sku }) => sku === line.sku)?.quantity ?? 0;
    return line.quantity > units ? [{ ...line, quantity: line.quantity - units }] : [];
  });

export const unitsIn = (lines: readonly CartLine[]): number =>
  lines.reduce((sum, { quantity }) => sum + quantity, 0);
