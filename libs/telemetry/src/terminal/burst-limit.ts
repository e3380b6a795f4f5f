import { withShortIds, type LogLine } from './format-line.js';

const WINDOW_MS = 1_000;
/** Lines of one kind that a second shows. */
const SHOWN_MAX = 5;
/** Kinds with a count of their own. Lines of further kinds share one. */
const KINDS_MAX = 50;
const OTHER_KINDS = '';

interface Kind {
  total: number;
  example: LogLine;
}

/** Lets a few lines of each kind through in a second, and counts the others in one line at its end. Never holds back `fatal`. */
export class BurstLimit {
  private kinds = new Map<string, Kind>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly print: (line: LogLine) => void) {}

  admits(line: LogLine): boolean {
    if (line.level === 'fatal') return true;
    this.timer ??= setTimeout(() => this.flush(), WINDOW_MS).unref();
    const own = kindOf(line);
    const name = this.kinds.has(own) || this.kinds.size < KINDS_MAX ? own : OTHER_KINDS;
    const kind = this.kinds.get(name) ?? { total: 0, example: line };
    kind.total += 1;
    this.kinds.set(name, kind);
    return kind.total <= SHOWN_MAX;
  }

  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const kinds = this.kinds;
    this.kinds = new Map();
    for (const [name, { total, example }] of kinds) {
      const hidden = total - SHOWN_MAX;
      if (hidden <= 0) continue;
      const { level, time, service, msg = '' } = example;
      const isOther = name === OTHER_KINDS;
      this.print(
        isOther
          ? { level: 'warn', time, msg: `${hidden} more lines of other kinds in this second` }
          : { level, time, service, msg: `${hidden} more in this second: ${withoutNumbers(msg)}` },
      );
    }
  }
}

/** Lines that differ only in ids and numbers are of one kind. */
const kindOf = ({ level, service, msg = '' }: LogLine): string =>
  `${level} ${service} ${withoutNumbers(msg)}`;

const withoutNumbers = (text: string): string =>
  withShortIds(text)
    .replaceAll(/…[\da-f]{8}/gi, '…')
    .replaceAll(/\b\d+(?:\.\d+)?\b/g, '…');
