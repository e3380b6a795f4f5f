import { launchPlatform, type LaunchedPlatform } from '@doorbuster/platform';
import { verifyInvariants } from '@doorbuster/verify-invariants';
import { z } from 'zod';
import { startCollector, type Collector } from './collector.js';
import { costOfCheckouts, describeCost, medianCost, type Cost } from './cost.js';
import { median, print } from './figures.js';
import { runRuler, type Figure } from './ruler.js';
import { openShop } from './shop.js';
import { benchOptions, count, counts } from './options.js';
import { loadCheckouts } from './wrk.js';

/**
 * Whole checkouts a second (only 201 counts) and the latency of one, with 5 % of the traces recorded; with `--ruler` in
 * turn with a ruler. The ratios of the medians are the figures; absolute ones depend on the machine.
 */
const options = benchOptions(
  z.object({
    connections: counts.default([512]),
    seconds: count.default(10),
    rounds: count.default(3),
    ruler: z.string().optional(),
  }),
);
const levels = options.connections;
const seconds = options.seconds;
/** The just-in-time compilers of five processes need some thousand checkouts. */
const WARM_UP = { connections: 512, seconds: 15, seed: 1 };

/** By the number of connections. */
const ours = new Map<number, Figure[]>(levels.map((connections) => [connections, []]));
const theirs = new Map<number, Figure[]>(levels.map((connections) => [connections, []]));
const costs = new Map<number, Cost[]>(levels.map((connections) => [connections, []]));

const collector = await startCollector();
try {
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const connections of levels) {
      if (options.ruler === undefined) continue;
      const figure = await runRuler(options.ruler, connections, seconds);
      theirs.get(connections)?.push(figure);
      tell('ruler', connections, figure);
    }
    await runPlatform(collector);
  }
} finally {
  await collector.close();
}
for (const connections of levels) compare(connections);

async function runPlatform({ url }: Collector): Promise<void> {
  const platform = await launchPlatform({
    env: {
      RATE_LIMIT: 'off',
      LOG_LEVEL: 'warn',
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_METRICS_EXPORTER: 'prometheus',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.05',
    },
  });
  try {
    const shop = { url: platform.url, tokensFile: await openShop(platform) };
    await loadCheckouts({ ...shop, ...WARM_UP });
    for (const connections of levels) await measure(platform, shop, connections);
    const databaseUrl = platform.run().postgres.url;
    const { dataDir } = platform;
    const { breaches, inFlight } = await verifyInvariants({ databaseUrl, dataDir, waitMs: 60_000 });
    if (breaches.length + inFlight.length > 0)
      throw new Error(`promises broken: ${JSON.stringify([...breaches, ...inFlight].slice(0, 5))}`);
  } finally {
    await platform.dispose();
  }
}

async function measure(
  platform: LaunchedPlatform,
  shop: { url: string; tokensFile: string },
  connections: number,
): Promise<void> {
  const cost = await costOfCheckouts(platform);
  const load = await loadCheckouts({ ...shop, connections, seconds, seed: connections + 1 });
  const figure = { perSecond: load.created / load.seconds, p50: load.p50, p99: load.p99 };
  ours.get(connections)?.push(figure);
  tell('platform', connections, figure);
  const each = await cost();
  costs.get(connections)?.push(each);
  print(`  503: ${load.overloaded}, others: ${load.other}, errors: ${load.errors}`);
  print(`  ${describeCost(each)}`);
}

function tell(who: string, connections: number, { perSecond, p50, p99 }: Figure): void {
  print(
    `${who.padEnd(8)} ${String(connections).padStart(4)} connections  ${perSecond.toFixed(0)}/s  ` +
      `p50 ${p50.toFixed(1)} ms  p99 ${p99.toFixed(1)} ms`,
  );
}

function compare(connections: number): void {
  const medians = (figures: readonly Figure[] = []): Figure => ({
    perSecond: median(figures.map(({ perSecond }) => perSecond)),
    p50: median(figures.map(({ p50 }) => p50)),
    p99: median(figures.map(({ p99 }) => p99)),
  });
  const platform = medians(ours.get(connections));
  tell('median', connections, platform);
  print(`  ${describeCost(medianCost(costs.get(connections) ?? []))}`);
  if (options.ruler === undefined) return;
  const ruler = medians(theirs.get(connections));
  print(
    `  of the ruler: ${(platform.perSecond / ruler.perSecond).toFixed(3)} of its checkouts a second, ` +
      `${(platform.p50 / ruler.p50).toFixed(2)} times its p50 (${ruler.perSecond.toFixed(0)}/s, ${ruler.p50.toFixed(1)} ms)`,
  );
}
