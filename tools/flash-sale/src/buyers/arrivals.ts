import type { Dice } from '../dice.js';

/** In a burst everyone reacts to the same stroke of noon; people's reactions have a long tail. */
const REACTION_MS_MEAN = 300;

/** Ascending milliseconds after the opening at which buyers come, whether or not anybody before them was served. */
export function arrivalTimesMs(buyers: number, rate: 'burst' | number, dice: Dice): number[] {
  const draws = Array.from({ length: buyers }, (_, i) => -Math.log(1 - dice('arrival', i)));
  if (rate === 'burst') return draws.map((draw) => draw * REACTION_MS_MEAN).toSorted((a, b) => a - b);
  let atMs = 0;
  // Gaps between the events of a Poisson process are exponential.
  return draws.map((draw) => (atMs += (draw * 1_000) / rate));
}
