import { launchPlatform } from '@doorbuster/platform';
import { z } from 'zod';
import { costOfCheckouts, describeCost } from './cost.js';
import { median, print } from './figures.js';
import { sampleLockWaits } from './lock-waits.js';
import { benchOptions, count } from './options.js';
import { openShop, SKUS } from './shop.js';
import { loadCheckouts } from './wrk.js';

/**
 * All buyers want the same product, in turn with the load over many products on the same platform. The ratio of the medians
 * is the figure. Beside it: who waits for whose lock in PostgreSQL.
 */
const options = benchOptions(
  z.object({
    connections: count.default(512),
    seconds: count.default(10),
    rounds: count.default(3),
  }),
);
const UNITS_EACH = 1_000_000;
/** The just-in-time compilers of five processes need some thousand checkouts. */
const WARM_UP_SECONDS = 15;

const platform = await launchPlatform({
  env: { RATE_LIMIT: 'off', LOG_LEVEL: 'warn', OTEL_SDK_DISABLED: 'true' },
});
try {
  const shop = { url: platform.url, tokensFile: await openShop(platform, UNITS_EACH) };
  await loadCheckouts({ ...shop, connections: options.connections, seconds: WARM_UP_SECONDS, seed: 1 });
  const [many, one]: [number[], number[]] = [[], []];
  for (let round = 1; round <= options.rounds; round += 1) {
    many.push(await measure(shop, SKUS, 2 * round));
    one.push(await measure(shop, 1, 2 * round + 1));
  }
  print(
    `one SKU: ${median(one).toFixed(0)} units sold/s, ${(median(one) / median(many)).toFixed(3)} of the checkouts/s ` +
      `over ${SKUS} SKUs (${median(many).toFixed(0)}/s), median of ${options.rounds}`,
  );
} finally {
  await platform.dispose();
}

async function measure(
  shop: { url: string; tokensFile: string },
  skus: number,
  seed: number,
): Promise<number> {
  const cost = await costOfCheckouts(platform);
  const stopSampling = await sampleLockWaits(platform);
  const { created, overloaded, other, errors, p50, p99, seconds } = await loadCheckouts({
    ...shop,
    connections: options.connections,
    seconds: options.seconds,
    seed,
    skus,
  });
  const waits = await stopSampling();
  const perSecond = created / seconds;
  print(
    `${String(skus).padStart(3)} SKUs  ${perSecond.toFixed(0)}/s  p50 ${p50.toFixed(1)} ms  p99 ${p99.toFixed(1)} ms  ` +
      `503: ${overloaded}, others: ${other}, errors: ${errors}`,
  );
  print(`  ${describeCost(await cost())}`);
  for (const [wait, connectionsWaiting] of waits)
    print(`  ${connectionsWaiting.toFixed(2)} connections: ${wait}`);
  return perSecond;
}
