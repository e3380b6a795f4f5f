import { hash } from 'node:crypto';

const BITS = 48;

/** A number from 0 up to, but not including, 1. */
export type Dice = (...what: (string | number)[]) => number;

/**
 * The same seed and the same question give the same number, whenever it is asked. So what one buyer does cannot change
 * the luck of another, however their answers happen to interleave.
 */
export function seededDice(seed: number): Dice {
  return (...what) =>
    Number.parseInt(hash('sha256', `${seed}/${what.join('/')}`).slice(0, BITS / 4), 16) / 2 ** BITS;
}
