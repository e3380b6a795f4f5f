import { setTimeout as delay } from 'node:timers/promises';
import type { ProcessExit, RunningProcess } from '@doorbuster/embedded';
import { hangs } from './liveness.js';
import { nextRestart, RESTART_POLICY, type RestartPolicy } from './restart-policy.js';

export interface SupervisedOptions {
  name: string;
  start: () => Promise<RunningProcess>;
  /** Called when a process starts or ends. */
  onChange: () => void;
  /** One line for the log. */
  warn: (text: string) => void;
  /** It ended and is started again. By default a line of `warn`. */
  onEnd?: (text: string) => void;
  /** It runs again. */
  onRestart?: () => void;
  policy?: RestartPolicy;
  /** The process is killed, and started again, when this URL gives no answer for `silentMs`. */
  liveness?: { url: string; silentMs: number } | undefined;
}

/** Registers a process with the platform; `start` starts it. */
export type Supervise = (
  name: string,
  start: () => Promise<RunningProcess>,
  liveness?: SupervisedOptions['liveness'],
) => Supervised;

/** Keeps one process running: starts it again, with growing delays, until `stop`. */
export class Supervised {
  readonly name: string;
  private readonly policy: RestartPolicy;
  private readonly stopping = new AbortController();
  private running: RunningProcess | undefined;
  private watching: Promise<void> = Promise.resolve();
  private failuresInARow = 0;
  private exitCode: number | undefined;

  constructor(private readonly options: SupervisedOptions) {
    this.name = options.name;
    this.policy = options.policy ?? RESTART_POLICY;
  }

  get pid(): number | undefined {
    return this.running?.pid;
  }

  /** Ends in a row without a stable run between them. */
  get failures(): number {
    return this.failuresInARow;
  }

  /** Of the last process that ended by itself. */
  get lastExitCode(): number | undefined {
    return this.exitCode;
  }

  /** The first start. It is not repeated on failure: the caller reports the error. */
  async start(): Promise<void> {
    const first = await this.launch();
    this.watching = this.watch(first);
  }

  /** The process runs on. Once it ends, no other is started. */
  endRestarts(): void {
    this.stopping.abort();
  }

  /** Ends the process and starts no other. Resolves when it has ended. */
  async stop(deadlineMs: number): Promise<void> {
    this.endRestarts();
    await this.running?.stop(deadlineMs);
    await this.watching;
  }

  private async launch(): Promise<RunningProcess> {
    const running = await this.options.start();
    this.running = running;
    this.options.onChange();
    if (this.stopping.signal.aborted) await running.stop();
    return running;
  }

  private async watch(first: RunningProcess): Promise<void> {
    let current: RunningProcess | undefined = first;
    let startedAt = Date.now();
    while (!this.stopping.signal.aborted) {
      const exit = current && (await this.endOf(current));
      const end = exit ? describe(exit) : 'could not be started';
      this.exitCode = exit?.code ?? undefined;
      this.running = undefined;
      this.options.onChange();
      if (this.stopping.signal.aborted) return;
      const restart = nextRestart(this.policy, this.failuresInARow, Date.now() - startedAt);
      this.failuresInARow = restart.failures;
      const { warn, onEnd = warn } = this.options;
      onEnd(`${this.name} ${end}, starting it again in ${restart.delayMs} ms`);
      await delay(restart.delayMs, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      if (this.stopping.signal.aborted) return;
      startedAt = Date.now();
      current = await this.launch().catch((error: Error) => {
        this.options.warn(`${this.name}: ${error.message}`);
        return undefined;
      });
      if (current !== undefined) this.options.onRestart?.();
    }
  }

  /** Waits for the end of a process. Kills it with SIGKILL when it hangs, since a stopped process handles no other signal. */
  private async endOf(running: RunningProcess): Promise<ProcessExit> {
    const { liveness } = this.options;
    if (!liveness) return running.exited;
    const ended = new AbortController();
    const watching = this.killIfHung(running, liveness, ended.signal);
    const exit = await running.exited;
    ended.abort();
    await watching;
    return exit;
  }

  private async killIfHung(
    running: RunningProcess,
    { url, silentMs }: NonNullable<SupervisedOptions['liveness']>,
    ended: AbortSignal,
  ): Promise<void> {
    const signal = AbortSignal.any([ended, this.stopping.signal]);
    if (!(await hangs({ url, silentMs, signal }))) return;
    this.options.warn(`${this.name} has not answered for ${silentMs} ms, killing it`);
    await running.kill();
  }
}

const describe = ({ code, signal }: ProcessExit): string =>
  signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;

export const stopAll = async (list: Supervised[], deadlineMs: number): Promise<void> => {
  await Promise.all(list.map((supervised) => supervised.stop(deadlineMs)));
};
