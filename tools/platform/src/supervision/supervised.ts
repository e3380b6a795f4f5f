import { setTimeout as delay } from 'node:timers/promises';
import type { ProcessExit, RunningProcess } from '@doorbuster/embedded';
import { nextRestart, RESTART_POLICY, type RestartPolicy } from './restart-policy.js';

export interface SupervisedOptions {
  name: string;
  start: () => Promise<RunningProcess>;
  /** A process came or went. */
  onChange: () => void;
  /** One line for the log. */
  warn: (text: string) => void;
  policy?: RestartPolicy;
}

/** Makes something supervised by the platform; it is not started yet. */
export type Supervise = (name: string, start: () => Promise<RunningProcess>) => Supervised;

/** One process that is kept running: started again, ever more slowly, whenever it ends before it is asked to. */
export class Supervised {
  readonly name: string;
  private readonly policy: RestartPolicy;
  private readonly stopping = new AbortController();
  private running: RunningProcess | undefined;
  private watching: Promise<void> = Promise.resolve();
  private failuresInARow = 0;

  constructor(private readonly options: SupervisedOptions) {
    this.name = options.name;
    this.policy = options.policy ?? RESTART_POLICY;
  }

  get pid(): number | undefined {
    return this.running?.pid;
  }

  /** Ends without a stable run between them. */
  get failures(): number {
    return this.failuresInARow;
  }

  /** The first start; if that fails nothing is repeated, because somebody is there to read why. */
  async start(): Promise<void> {
    const first = await this.launch();
    this.watching = this.watch(first);
  }

  /** Ends it for good. Resolves when it has ended. */
  async stop(deadlineMs: number): Promise<void> {
    this.stopping.abort();
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
      const end = current === undefined ? 'could not be started' : describe(await current.exited);
      this.running = undefined;
      this.options.onChange();
      if (this.stopping.signal.aborted) return;
      const restart = nextRestart(this.policy, this.failuresInARow, Date.now() - startedAt);
      this.failuresInARow = restart.failures;
      this.options.warn(`${this.name} ${end}, starting it again in ${restart.delayMs} ms`);
      await delay(restart.delayMs, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      if (this.stopping.signal.aborted) return;
      startedAt = Date.now();
      current = await this.launch().catch((error: Error) => {
        this.options.warn(`${this.name}: ${error.message}`);
        return undefined;
      });
    }
  }
}

const describe = ({ code, signal }: ProcessExit): string =>
  signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
