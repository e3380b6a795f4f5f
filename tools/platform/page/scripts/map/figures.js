import { overlap } from './arc.js';

/** Parts of the way at which figures may stand, the preferred first. */
const PARTS = [0.42, 0.36, 0.48, 0.3, 0.54, 0.6, 0.24, 0.66, 0.72, 0.18, 0.78, 0.84];
const CHARACTER = 6.6;
const LINE = 15;
const PADDING = 6;
/** Along other edges: enough that none passes through figures unseen. */
const SAMPLES = Array.from({ length: 21 }, (_, index) => index / 20);
/** What a place costs that covers a node or other figures, or another edge. */
const COVERS = 1_000;
const CROSSES = 1;

/** Where the figures of each edge stand: on it, off all nodes and all other figures, and off other edges if there is room. */
export function placeFigures(edges, places) {
  const taken = [...places.values()];
  return edges.map((edge) => {
    const size = {
      width: Math.max(...edge.lines.map((line) => line.length)) * CHARACTER + PADDING,
      height: edge.lines.length * LINE + PADDING,
    };
    const others = edges.filter((other) => other !== edge);
    const options = PARTS.map((part, index) => {
      const box = { ...edge.at(part), ...size };
      const covered = taken.filter((other) => overlap(other, box)).length;
      const crossed = others.filter(({ at }) =>
        SAMPLES.some((along) => overlap(box, { ...at(along), width: 0, height: 0 })),
      ).length;
      return { box, cost: covered * COVERS + crossed * CROSSES + index * 0.1 };
    });
    const { box } = options.reduce((best, option) => (option.cost < best.cost ? option : best));
    taken.push(box);
    return { ...edge, box };
  });
}
