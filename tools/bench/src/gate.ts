import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { launchPlatform } from '@doorbuster/platform';
import { z } from 'zod';
import { median, print } from './figures.js';
import { openShop } from './shop.js';
import { benchOptions, count } from './options.js';
import { loadCheckouts } from './wrk.js';

/** Answers that need no checkout, measured in turn with an app of the same framework that answers a constant. */
const options = benchOptions(
  z.object({
    connections: count.default(64),
    seconds: count.default(5),
    rounds: count.default(3),
  }),
);
const connections = options.connections;
const seconds = options.seconds;
const WARM_UP_SECONDS = 5;
const GRACE_SECONDS = 30;

const constant = await startConstantApp();
const platform = await launchPlatform({ env: { RATE_LIMIT: 'off', OTEL_SDK_DISABLED: 'true' } });
try {
  const tokensFile = await openShop(platform, 0);
  let seed = 0;
  const orders = async (url: string, duration = seconds): Promise<number> => {
    const load = await loadCheckouts({
      url,
      connections,
      seconds: duration,
      tokensFile,
      seed: (seed += 1),
    });
    return (load.created + load.other) / load.seconds;
  };
  const products = (url: string, duration = seconds): Promise<number> =>
    get(`${url}/v1/products/SKU-1`, duration);

  // The edge of the gateway alone: limits, headers, metrics, and a constant answer.
  const edge = (_url: string, duration = seconds): Promise<number> =>
    get(`${platform.url}/healthz`, duration);

  for (const load of [orders, products]) {
    const [bare, edges, ours]: [number[], number[], number[]] = [[], [], []];
    await load(constant.url, WARM_UP_SECONDS);
    await edge(platform.url, WARM_UP_SECONDS);
    await load(platform.url, WARM_UP_SECONDS);
    for (let round = 1; round <= options.rounds; round += 1) {
      bare.push(await load(constant.url));
      edges.push(await edge(platform.url));
      ours.push(await load(platform.url));
    }
    const ratioTo = (others: number[]): string => (median(ours) / median(others)).toFixed(3);
    print(
      `${load === orders ? 'refused at the gate' : 'one product'}: ${median(ours).toFixed(0)}/s, ` +
        `${ratioTo(edges)} of the gateway answering a constant (${median(edges).toFixed(0)}/s), ` +
        `${ratioTo(bare)} of a bare Nest and Fastify app answering one (${median(bare).toFixed(0)}/s)`,
    );
  }
} finally {
  constant.stop();
  await platform.dispose();
}

async function get(url: string, duration: number): Promise<number> {
  const args = ['-t1', `-c${connections}`, `-d${duration}`, url];
  const { stdout } = await promisify(execFile)('wrk', args, { timeout: (duration + GRACE_SECONDS) * 1_000 });
  return Number(/^Requests\/sec:\s+([\d.]+)$/m.exec(stdout)?.[1]);
}

async function startConstantApp(): Promise<{ url: string; stop: () => void }> {
  const app = spawn(process.execPath, [fileURLToPath(new URL('constant-app.js', import.meta.url))], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(app.stdout.setEncoding('utf8'), 'data', {
    signal: AbortSignal.timeout(GRACE_SECONDS * 1_000),
  });
  return { url: String(line).trim(), stop: () => void app.kill() };
}
