import { setTimeout as sleep } from 'node:timers/promises';
import { launchPlatform } from '@doorbuster/platform';
import { z } from 'zod';
import { median, print, sum } from './figures.js';
import { memoryMiB } from './processes.js';
import { openShop } from './shop.js';
import { benchOptions, count } from './options.js';
import { loadCheckouts } from './wrk.js';

/** Goodput under overload: far more connections than capacity, and each repeats a refused order at once. */
const options = benchOptions(
  z.object({
    connections: count.default(512),
    flood: count.default(4_096),
    seconds: count.default(10),
    rounds: count.default(3),
  }),
);
const WARM_UP_SECONDS = 8;
const LOOK_MS = 500;
const QUIET_MS = 10_000;

let watch: NodeJS.Timeout | undefined;
const platform = await launchPlatform({ env: { RATE_LIMIT: 'off', OTEL_SDK_DISABLED: 'true' } });
try {
  const tokensFile = await openShop(platform);
  let seed = 0;
  const load = async (connections: number, seconds = options.seconds) => {
    const { created, overloaded, other, errors, ...seen } = await loadCheckouts({
      url: platform.url,
      connections,
      seconds,
      tokensFile,
      seed: (seed += 1),
    });
    if (other + errors > 0)
      print(`${other} answers neither 201 nor 503, ${errors} broken or timed-out connections`);
    return { sold: created / seen.seconds, refused: overloaded / seen.seconds };
  };
  await load(options.connections, WARM_UP_SECONDS);
  print(`memory before: ${told(memoryMiB(platform))}`);
  let most = memoryMiB(platform);
  watch = setInterval(() => {
    const now = memoryMiB(platform);
    if (total(now) > total(most)) most = now;
  }, LOOK_MS);
  const [served, flooded]: [number[], number[]] = [[], []];
  for (let round = 1; round <= options.rounds; round += 1) {
    const usual = await load(options.connections);
    const flood = await load(options.flood);
    served.push(usual.sold);
    flooded.push(flood.sold);
    print(
      `${options.connections} connections: ${usual.sold.toFixed(0)} sold/s; ` +
        `${options.flood}: ${flood.sold.toFixed(0)} sold/s, ${flood.refused.toFixed(0)} refused/s`,
    );
  }
  clearInterval(watch);
  print(`goodput in the flood: ${(median(flooded) / median(served)).toFixed(2)} of the usual rate`);
  await sleep(QUIET_MS);
  print(`memory at most: ${told(most)}`);
  print(`memory 10 s after: ${told(memoryMiB(platform))}`);
} finally {
  clearInterval(watch);
  await platform.dispose();
}

const total = (parts: Record<string, number>): number => sum(Object.values(parts));

function told(parts: Record<string, number>): string {
  const each = Object.entries(parts).map(([part, mib]) => `${part} ${mib.toFixed(0)}`);
  return `${total(parts).toFixed(0)} MiB (${each.join(', ')})`;
}
