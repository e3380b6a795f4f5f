import { createStore, readJson, writeJson } from '../../api/store.js';
import { withMore, withoutBought, type CartLine } from './cart-lines.js';

const KEY = 'doorbuster.cart';

const read = (): CartLine[] => readJson<CartLine[]>(localStorage, KEY) ?? [];

/** The cart of this browser, the same in all its tabs. */
export const cart = createStore(read());
addEventListener('storage', ({ key }) => {
  if (key === KEY || key === null) cart.set(read());
});

function change(decide: (lines: CartLine[]) => CartLine[]): void {
  // Read again: the event of another tab's change may be on its way.
  const lines = decide(read());
  writeJson(localStorage, KEY, lines);
  cart.set(lines);
}

export const addToCart = (added: CartLine): void => change((lines) => withMore(lines, added));

export const setQuantity = (sku: string, quantity: number): void =>
  change((lines) =>
    lines.flatMap((line) => (line.sku !== sku ? [line] : quantity > 0 ? [{ ...line, quantity }] : [])),
  );

export const removeBought = (bought: readonly { sku: string; quantity: number }[]): void =>
  change((lines) => withoutBought(lines, bought));
