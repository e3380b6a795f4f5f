import { withShortIds, type LogLine } from './format-line.js';

const WINDOW_MS = 1_000;
/** Lines of one kind that a second shows. */
const SHOWN_MAX = 5;
/** Kinds that are counted apart. */
const KINDS_MAX = 50;

interface Kind {
  total: number;
  example: LogLine;
}

/** Lets a few lines of each kind through in a second, and counts the others in one line at its end. */
export class BurstLimit {
  private kinds = new Map<string, Kind>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly print: (line: LogLine) => void) {}

  admits(line: LogLine): boolean {
    this.timer ??= setTimeout(() => this.flush(), WINDOW_MS).unref();
    const name = this.kinds.size < KINDS_MAX ? kindOf(line) : '';
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
    for (const { total, example } of kinds.values()) {
      if (total <= SHOWN_MAX) continue;
      const { level, time, service, msg = '' } = example;
      const text = `${total - SHOWN_MAX} more in this second: ${withoutNumbers(msg)}`;
      this.print({ level, time, service, msg: text });
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
