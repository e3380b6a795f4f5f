import type { LogLine } from './format-line.js';

/** How long a line waits for the supervisor's, which says why the server is unavailable. */
const SUPERVISOR_MS = 300;

/** An outage that several processes may see. */
interface SharedOutage {
  since: number;
  /** The process that noticed it first. */
  service: string | undefined;
  /** The processes without a connection to the server. */
  sources: Set<unknown>;
  waiting: { line: LogLine; timer: NodeJS.Timeout } | undefined;
}

/**
 * Merges what many processes say about a server (`reportOutage`, `reportBack`): one line when the first process loses it, and
 * one when the last is connected again.
 */
export class OutageMerge {
  private readonly outages = new Map<string, SharedOutage>();

  constructor(private readonly print: (line: LogLine) => void) {}

  /** Whether the line is about an outage. It is then printed from here, or not at all. */
  takes(line: LogLine, source: unknown): boolean {
    const { dependency, availability } = line;
    if (typeof dependency !== 'string' || typeof availability !== 'string') return false;
    if (availability === 'unavailable') this.begin(dependency, line, source);
    else this.back(dependency, line, source);
    return true;
  }

  /** A process that ended needs no server. */
  forget(source: unknown): void {
    for (const [dependency, outage] of this.outages) {
      outage.sources.delete(source);
      if (outage.sources.size === 0) this.end(dependency, outage);
    }
  }

  flush(): void {
    for (const outage of this.outages.values()) this.announce(outage);
  }

  private begin(dependency: string, line: LogLine, source: unknown): void {
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
    const { level, time } = line;
    const msg = endOfOutage(dependency, timeOf(line) - outage.since);
    this.print({ level, time, service: outage.service, msg });
  }

  private end(dependency: string, outage: SharedOutage): void {
    this.announce(outage);
    this.outages.delete(dependency);
  }

  private announce(outage: SharedOutage): void {
    if (!outage.waiting) return;
    clearTimeout(outage.waiting.timer);
    this.print(outage.waiting.line);
    outage.waiting = undefined;
  }
}

const timeOf = ({ time }: LogLine): number => (time === undefined ? Date.now() : Date.parse(time));

/** The sentence about the end of an outage. */
export const endOfOutage = (dependency: string, durationMs: number): string =>
  `${dependency} is back after ${(durationMs / 1_000).toFixed(1)} s`;
