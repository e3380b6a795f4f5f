import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** One run: whole checkouts a second, and the latency of one in milliseconds. */
export interface Figure {
  perSecond: number;
  p50: number;
  p99: number;
}

/** For its start, its warm-up and its end. */
const GRACE_SECONDS = 60;

/**
 * Runs `run.mjs <connections> <seconds>` of a directory.
 * @throws when it does not print `checkouts_per_s N  p50 Nms  p99 Nms`
 */
export async function runRuler(directory: string, connections: number, seconds: number): Promise<Figure> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['run.mjs', String(connections), String(seconds)],
    { cwd: directory, timeout: (seconds + GRACE_SECONDS) * 1_000 },
  );
  const [, perSecond, p50, p99] = /checkouts_per_s (\d+)\s+p50 (\S+)\s+p99 (\S+)/.exec(stdout) ?? [];
  if (perSecond === undefined || p50 === undefined || p99 === undefined)
    throw new Error(`the ruler in ${directory} gave no figure:\n${stdout}`);
  return { perSecond: Number(perSecond), p50: milliseconds(p50), p99: milliseconds(p99) };
}

const MILLISECONDS: Record<string, number> = { us: 0.001, ms: 1, s: 1_000, m: 60_000 };

/** wrk writes `812.00us`, `3.51ms` or `1.20s`. */
function milliseconds(text: string): number {
  const [, value, unit = ''] = /^([\d.]+)(us|ms|s|m)$/.exec(text) ?? [];
  const factor = MILLISECONDS[unit];
  if (value === undefined || factor === undefined) throw new Error(`${text} is no duration`);
  return Number(value) * factor;
}
