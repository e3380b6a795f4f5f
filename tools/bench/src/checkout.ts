import { execFile } from 'node:child_process';
import { parseArgs, promisify } from 'node:util';
import { launchPlatform } from '@doorbuster/platform';
import { verifyInvariants } from '@doorbuster/verify-invariants';
import { cpuSeconds } from './cpu.js';
import { median, print } from './figures.js';
import { openShop } from './shop.js';
import { loadCheckouts } from './wrk.js';

/**
 * Whole checkouts a second (only 201 counts), with `--ruler` in turn with a ruler: a directory whose `run.mjs
 * <connections> <seconds>` prints `checkouts_per_s N`. The ratio of the medians is the figure; absolute ones are the
 * machine's.
 */
const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '512' },
    seconds: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '3' },
    ruler: { type: 'string' },
  },
});
const connections = Number(values.connections);
const seconds = Number(values.seconds);
/** The just-in-time compilers of five processes need some thousand checkouts. */
const WARM_UP_SECONDS = 15;
/** For its start, its warm-up and its end. */
const RULER_GRACE_SECONDS = 60;

const ours: number[] = [];
const theirs: number[] = [];
for (let round = 1; round <= Number(values.rounds); round += 1) {
  if (values.ruler !== undefined) theirs.push(await runRuler(values.ruler));
  ours.push(await runPlatform());
}
if (theirs.length > 0)
  print(
    `ruler ${median(theirs).toFixed(0)}/s, platform / ruler ${(median(ours) / median(theirs)).toFixed(3)}`,
  );
print(`checkouts ${median(ours).toFixed(0)}/s, median of ${ours.length} at ${connections} connections`);

async function runPlatform(): Promise<number> {
  const platform = await launchPlatform({ env: { RATE_LIMIT: 'off', OTEL_SDK_DISABLED: 'true' } });
  try {
    const load = { url: platform.url, connections, tokensFile: await openShop(platform) };
    await loadCheckouts({ ...load, seconds: WARM_UP_SECONDS, seed: 1 });
    const before = cpuSeconds(platform);
    const {
      created,
      other,
      errors,
      p50,
      p99,
      seconds: took,
    } = await loadCheckouts({ ...load, seconds, seed: 2 });
    const after = cpuSeconds(platform);
    const cpu = Object.entries(after).map(
      ([part, used]) => `${part} ${(((used - (before[part] ?? 0)) / created) * 1e6).toFixed(0)}`,
    );
    print(
      `platform ${(created / took).toFixed(0)}/s  p50 ${p50.toFixed(0)} ms  p99 ${p99.toFixed(0)} ms  not 201: ${other}, errors: ${errors}`,
    );
    print(`  CPU us a checkout: ${cpu.join(', ')}`);
    const { breaches, inFlight } = await verifyInvariants({
      databaseUrl: platform.run().postgres.url,
      waitMs: 60_000,
    });
    if (breaches.length + inFlight.length > 0)
      throw new Error(`promises broken: ${JSON.stringify([...breaches, ...inFlight].slice(0, 5))}`);
    return created / took;
  } finally {
    await platform.dispose();
  }
}

async function runRuler(directory: string): Promise<number> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['run.mjs', values.connections, values.seconds],
    { cwd: directory, timeout: (seconds + RULER_GRACE_SECONDS) * 1_000 },
  );
  const perSecond = Number(/checkouts_per_s (\d+)/.exec(stdout)?.[1]);
  print(`ruler    ${perSecond}/s`);
  return perSecond;
}
