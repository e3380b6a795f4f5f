import { hash } from 'node:crypto';

const BITS = 48;

/** A number in [0, 1) for what it is asked about, such as `('pause', 17, 2)`. */
export type SeededRandom = (...what: (string | number)[]) => number;

/**
 * The same seed and question give the same number at any time. So what one buyer does cannot change the luck of another,
 * in any order of the answers.
 */
export function seededRandom(seed: number): SeededRandom {
  return (...what) =>
    Number.parseInt(hash('sha256', `${seed}/${what.join('/')}`).slice(0, BITS / 4), 16) / 2 ** BITS;
}
