import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { SKUS } from './shop.js';

/** Result of one run of wrk. Latencies in milliseconds. */
export interface Load {
  seconds: number;
  /** Answers 201. */
  created: number;
  /** Answers 503. */
  overloaded: number;
  /** Any other answer. */
  other: number;
  /** Connections that broke or timed out. */
  errors: number;
  p50: number;
  p99: number;
}

export interface LoadOptions {
  url: string;
  connections: number;
  seconds: number;
  /** One access token a line. */
  tokensFile: string;
  seed: number;
  /** Each order has one unit of one of the first `skus` products; 100 when absent. */
  skus?: number;
}

/** wrk waits for its last answers, 30 s at the most. */
const GRACE_SECONDS = 60;
const script = fileURLToPath(new URL('../checkout.lua', import.meta.url));

/** @throws with what to install when there is no wrk */
export async function loadCheckouts({
  url,
  connections,
  seconds,
  tokensFile,
  seed,
  skus = SKUS,
}: LoadOptions): Promise<Load> {
  const args = ['-t1', `-c${connections}`, `-d${seconds}`, '--timeout', '30s', '-s', script, url];
  const { stdout } = await promisify(execFile)(
    'wrk',
    [...args, '--', tokensFile, String(seed), String(skus)],
    {
      timeout: (seconds + GRACE_SECONDS) * 1_000,
    },
  ).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause;
    throw new Error('the benchmark needs wrk (Debian: apt-get install wrk)', { cause });
  });
  const result = /^RESULT (.*)$/m.exec(stdout)?.[1];
  if (result === undefined) throw new Error(`wrk gave no result:\n${stdout}`);
  return JSON.parse(result) as Load;
}
