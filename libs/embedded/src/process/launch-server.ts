import { statSync } from 'node:fs';
import { GiveUpError, until } from '../deadline.js';
import { tailOf, withLogFile } from './log-file.js';
import {
  startProcess,
  type ProcessExit,
  type ProcessOptions,
  type RunningProcess,
} from './server-process.js';

export interface Launch {
  /** For messages: `PostgreSQL`. */
  name: string;
  process: Omit<ProcessOptions, 'output'>;
  log: string;
  /** Rejects or returns false until the server serves. */
  isReady: () => Promise<boolean>;
  /** Matches the log when the server failed for a temporary reason. */
  passing: RegExp;
  deadlineMs: number;
  beforeEachTry?: () => void;
}

/** Starts a server and resolves when it serves. Tries again after a temporary failure. */
export function launchServer(launch: Launch): Promise<RunningProcess> {
  const end = Date.now() + launch.deadlineMs;
  return until(() => tryOnce(launch, end), {
    deadlineMs: launch.deadlineMs,
    intervalMs: 200,
    what: `starting ${launch.name}`,
  });
}

async function tryOnce(launch: Launch, end: number): Promise<RunningProcess | undefined> {
  launch.beforeEachTry?.();
  const logStart = statSync(launch.log, { throwIfNoEntry: false })?.size ?? 0;
  const running = await withLogFile(launch.log, (output) => startProcess({ ...launch.process, output }));
  const exit = await readyOrExit(launch, running, end);
  if (exit === undefined) return running;
  const said = tailOf(launch.log, logStart);
  if (launch.passing.test(said)) return undefined;
  throw new GiveUpError(
    `${launch.name} ended at once (${exit.signal ?? exit.code}), see ${launch.log}:\n${said}`,
  );
}

/** `undefined` when it serves, otherwise its exit. */
async function readyOrExit(
  { name, isReady }: Launch,
  running: RunningProcess,
  end: number,
): Promise<ProcessExit | undefined> {
  let exit: ProcessExit | undefined;
  void running.exited.then((ended) => (exit = ended));
  const readyOrEnded = async () => (exit !== undefined || (await isReady()) ? true : undefined);
  try {
    await until(readyOrEnded, { deadlineMs: end - Date.now(), intervalMs: 25, what: `waiting for ${name}` });
  } catch (cause) {
    await running.stop();
    throw new GiveUpError(`${name} runs, but does not serve`, { cause });
  }
  return exit;
}
