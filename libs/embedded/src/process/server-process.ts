import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

export interface ProcessExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A running child process. */
export interface RunningProcess {
  readonly pid: number;
  /** Resolves when the process ends; never rejects. */
  readonly exited: Promise<ProcessExit>;
  /** Sends the stop signal, and SIGKILL after the deadline. */
  stop(deadlineMs?: number): Promise<ProcessExit>;
  /** `kill -9`. */
  kill(): Promise<ProcessExit>;
}

export interface ProcessOptions {
  command: string;
  args: string[];
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** File descriptor of its standard output and error, or `inherit`, or what reads both. */
  output: number | 'inherit' | ((stream: Readable) => void);
  /** Inherited as descriptors {@link FIRST_INHERITED} and following. */
  inherited?: number[];
  /** Default `SIGTERM`. */
  stopSignal?: NodeJS.Signals;
  /** Called when the process exists, before it serves. */
  onSpawn?: ((pid: number) => void) | undefined;
}

const STOP_DEADLINE_MS = 5_000;
/** After standard input, output and error. */
export const FIRST_INHERITED = 3;

/**
 * Starts a process in its own session: Ctrl-C in a terminal reaches only the supervisor, which ends the process in order.
 */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
  const { output } = options;
  const target = typeof output === 'function' ? 'pipe' : output;
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['ignore', target, target, ...(options.inherited ?? [])],
    detached: true,
  });
  if (typeof output === 'function')
    for (const stream of [child.stdout, child.stderr]) if (stream) output(stream);
  const exited = new Promise<ProcessExit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const pid = await spawned(child, options.command);
  options.onSpawn?.(pid);
  const kill = (): Promise<ProcessExit> => {
    signalGroup(pid, child, 'SIGKILL');
    return exited;
  };
  return {
    pid,
    exited,
    kill,
    async stop(deadlineMs = STOP_DEADLINE_MS) {
      child.kill(options.stopSignal ?? 'SIGTERM');
      const timer = new AbortController();
      const late = delay(deadlineMs, 'late' as const, { signal: timer.signal }).catch(() => 'late' as const);
      const first = await Promise.race([exited, late]);
      timer.abort();
      return first === 'late' ? kill() : first;
    },
  };
}

function spawned(child: ChildProcess, command: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => reject(new Error(`cannot start ${command}: ${cause.message}`, { cause })));
    child.once('spawn', () => resolve(child.pid as number));
  });
}

/** Signals the process group, since a killed process cannot end its children. Only while it runs: process ids are reused. */
function signalGroup(pid: number, child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-pid, signal);
  } catch {
    child.kill(signal);
  }
}
