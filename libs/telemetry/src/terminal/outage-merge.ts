import type { LogLine } from './format-line.js';

/** How long a line waits for the supervisor's, which says why the server is away. */
const SUPERVISOR_MS = 300;

interface Outage {
  since: number;
  /** Who noticed it first. */
  service: string | undefined;
  /** The processes that miss the server. */
  sources: Set<unknown>;
  waiting: { line: LogLine; timer: NodeJS.Timeout } | undefined;
}

/**
 * Merges what many processes say about a server (`reportAway`, `reportBack`): one line when the first one misses it, and one
 * when all have it back.
 */
export class OutageMerge {
  private readonly outages = new Map<string, Outage>();

  constructor(private readonly print: (line: LogLine) => void) {}

  /** Whether the line is about an outage, and is taken care of. */
  takes(line: LogLine, source: unknown): boolean {
    const { dependency, availability } = line;
    if (typeof dependency !== 'string' || typeof availability !== 'string') return false;
    if (availability === 'away') this.away(dependency, line, source);
    else this.back(dependency, line, source);
    return true;
  }

  /** A process that ended misses no server. */
  forget(source: unknown): void {
    for (const [dependency, outage] of this.outages) {
      outage.sources.delete(source);
      if (outage.sources.size === 0) this.end(dependency, outage);
    }
  }

  flush(): void {
    for (const outage of this.outages.values()) this.announce(outage);
  }

  private away(dependency: string, line: LogLine, source: unknown): void {
    let outage = this.outages.get(dependency);
    const isFirst = outage === undefined;
    outage ??= { since: timeOf(line), service: line.service, sources: new Set(), waiting: undefined };
    this.outages.set(dependency, outage);
    outage.sources.add(source);
    const isSupervisors = line['cause'] !== undefined;
    if (isFirst) {
      const current = outage;
      const timer = setTimeout(() => this.announce(current), isSupervisors ? 0 : SUPERVISOR_MS).unref();
      outage.waiting = { line, timer };
    } else if (isSupervisors && outage.waiting) {
      outage.waiting.line = line;
      this.announce(outage);
    }
  }

  private back(dependency: string, line: LogLine, source: unknown): void {
    const outage = this.outages.get(dependency);
    if (!outage?.sources.delete(source) || outage.sources.size > 0) return;
    this.end(dependency, outage);
    const seconds = ((timeOf(line) - outage.since) / 1_000).toFixed(1);
    this.print({ ...line, service: outage.service, msg: `${dependency} is back after ${seconds} s` });
  }

  private end(dependency: string, outage: Outage): void {
    this.announce(outage);
    this.outages.delete(dependency);
  }

  private announce(outage: Outage): void {
    if (!outage.waiting) return;
    clearTimeout(outage.waiting.timer);
    this.print(outage.waiting.line);
    outage.waiting = undefined;
  }
}

const timeOf = ({ time }: LogLine): number => (time === undefined ? Date.now() : Date.parse(time));
