import { launchPlatform, type LaunchedPlatform } from '@doorbuster/platform';
import { z } from 'zod';
import { startCollector } from './collector.js';
import { costOfCheckouts, describeCost } from './cost.js';
import { median, print } from './figures.js';
import { openShop } from './shop.js';
import { benchOptions, count } from './options.js';
import { loadCheckouts } from './wrk.js';

/**
 * The cost of tracing: whole checkouts a second without telemetry, with 5 % of the traces recorded and with all of them,
 * each on its own platform, loaded in turn. The ratios of the medians are the figures. The collector discards what it
 * receives; it and the load generator run on the same machine.
 */
const options = benchOptions(
  z.object({
    connections: count.default(512),
    seconds: count.default(10),
    rounds: count.default(5),
  }),
);
const connections = options.connections;
const seconds = options.seconds;
/** The just-in-time compilers of five processes need some thousand checkouts. */
const WARM_UP_SECONDS = 15;

const collector = await startCollector();
const traced = (ratio: string) => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/${ratio}`,
  OTEL_METRICS_EXPORTER: 'prometheus',
  OTEL_LOGS_EXPORTER: 'none',
  OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
  OTEL_TRACES_SAMPLER_ARG: ratio,
});
const SETTINGS: Record<string, Record<string, string>> = {
  off: { OTEL_SDK_DISABLED: 'true' },
  '5 %': traced('0.05'),
  '100 %': traced('1'),
};

interface Candidate {
  name: string;
  /** Exported so far. */
  exportedBytes: () => number;
  platform: LaunchedPlatform;
  tokensFile: string;
  perSecond: number[];
}

const candidates: Candidate[] = [];
try {
  for (const [name, env] of Object.entries(SETTINGS)) {
    const platform = await launchPlatform({ env: { RATE_LIMIT: 'off', LOG_LEVEL: 'warn', ...env } });
    const exportedBytes = (): number => collector.bytes(env['OTEL_TRACES_SAMPLER_ARG'] ?? 'off');
    const candidate: Candidate = { name, exportedBytes, platform, tokensFile: '', perSecond: [] };
    candidates.push(candidate);
    candidate.tokensFile = await openShop(platform);
    await load(candidate, WARM_UP_SECONDS, 1);
  }
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const candidate of candidates) await measure(candidate, round + 1);
  }
  const [off, ...others] = candidates;
  print(`tracing off ${median(off?.perSecond ?? []).toFixed(0)}/s, median of ${options.rounds}`);
  for (const { name, perSecond } of others) {
    const ratio = median(perSecond) / median(off?.perSecond ?? []);
    print(`tracing ${name}: ${median(perSecond).toFixed(0)}/s, ${ratio.toFixed(3)} of off`);
  }
} finally {
  for (const { platform } of candidates) await platform.dispose();
  await collector.close();
}

async function measure(candidate: Candidate, seed: number): Promise<void> {
  const cost = await costOfCheckouts(candidate.platform);
  const exportedBefore = candidate.exportedBytes();
  const { created, overloaded, other, errors, p99, seconds: took } = await load(candidate, seconds, seed);
  candidate.perSecond.push(created / took);
  print(
    `${candidate.name.padEnd(6)} ${(created / took).toFixed(0)}/s  p99 ${p99.toFixed(0)} ms  not 201: ${overloaded + other}, errors: ${errors}, ` +
      `${((candidate.exportedBytes() - exportedBefore) / created).toFixed(0)} bytes exported a checkout`,
  );
  print(`  ${describeCost(await cost())}`);
}

function load({ platform, tokensFile }: Candidate, forSeconds: number, seed: number) {
  return loadCheckouts({ url: platform.url, connections, tokensFile, seconds: forSeconds, seed });
}
