import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findFreePort } from '@doorbuster/embedded';
import type { RunFile } from './data-dir/run-file.js';

export interface LaunchOptions {
  /** A temporary one, removed by `dispose`, when absent. */
  dataDir?: string;
  /** On top of this process's environment and of `SEED=none`, `LOG_LEVEL=warn`. */
  env?: Record<string, string>;
  /** The compiled `main.js` of another copy of the repository. */
  main?: string;
}

/** A platform started as `npm start` starts it, in processes of its own. */
export interface LaunchedPlatform {
  readonly url: string;
  readonly dataDir: string;
  /** The supervisor's. */
  readonly pid: number;
  /** What it has printed so far. */
  output(): string;
  /** As it is now: process ids change when something is restarted. */
  run(): RunFile;
  /** SIGTERM, and gives the exit code. */
  stop(): Promise<number | null>;
  /** `stop`, and removes a temporary data directory. */
  dispose(): Promise<void>;
}

const READY_DEADLINE_MS = 120_000;
const STOP_DEADLINE_MS = 30_000;
const OUTPUT_MAX = 1_000_000;
const OWN_MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** Starts the built platform and resolves when it is ready. @throws with its output when it does not get there */
export async function launchPlatform(options: LaunchOptions = {}): Promise<LaunchedPlatform> {
  const dataDir = options.dataDir ?? mkdtempSync(path.join(tmpdir(), 'doorbuster-'));
  const port = String(await findFreePort());
  const env = {
    ...process.env,
    SEED: 'none',
    LOG_LEVEL: 'warn',
    // Tests and benchmarks use few customers and one address.
    UNSETTLED_ORDERS_PER_CUSTOMER_MAX: 'off',
    SLOW_ORDERS_PER_ADDRESS_MAX: 'off',
    CONNECTIONS_PER_ADDRESS_MAX: 'off',
    PORT: port,
    DATA_DIR: dataDir,
    ...options.env,
  };
  const child = spawn(process.execPath, [options.main ?? OWN_MAIN], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-OUTPUT_MAX)));
  }
  const stop = async (): Promise<number | null> => {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    child.kill('SIGTERM');
    await exited(child);
    return child.exitCode;
  };
  const dispose = async (): Promise<void> => {
    await stop();
    if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true, maxRetries: 10 });
  };
  try {
    await ready(child, () => output);
  } catch (error) {
    await dispose();
    throw error;
  }
  const run = (): RunFile => JSON.parse(readFileSync(path.join(dataDir, 'run.json'), 'utf8')) as RunFile;
  return {
    url: run().gateway.url,
    dataDir,
    pid: child.pid as number,
    output: () => output,
    run,
    stop,
    dispose,
  };
}

function ready(child: ChildProcess, output: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(`the platform ${why}:\n${output()}`));
    const timer = setTimeout(() => fail(`was not ready after ${READY_DEADLINE_MS} ms`), READY_DEADLINE_MS);
    child.stdout?.on('data', () => {
      if (!/^ready http/m.test(output())) return;
      clearTimeout(timer);
      resolve();
    });
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      fail(`exited with ${signal ?? code}`);
    });
  });
}

async function exited(child: ChildProcess): Promise<void> {
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS);
  await new Promise((resolve) => child.once('exit', resolve));
  clearTimeout(timer);
}
