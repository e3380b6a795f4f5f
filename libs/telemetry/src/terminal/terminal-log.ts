import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { BurstLimit } from './burst-limit.js';
import { formatLine, type LogLine } from './format-line.js';
import { OutageMerge } from './outage-merge.js';

/**
 * Prints the JSON lines of one or many processes as text for a person. An outage of a server that many processes see is one
 * line, and a burst of lines of one kind is a few lines and a count, so that a sale floods no terminal.
 */
export class TerminalLog {
  private readonly outages = new OutageMerge((line) => this.print(line));
  private readonly burst = new BurstLimit((line) => this.print(line));

  constructor(
    private readonly output: { write(text: string): unknown },
    private readonly isColoured: boolean,
  ) {}

  /** Takes one JSON line of this process. */
  write(text: string): void {
    this.take(text, 'this process');
  }

  /** Prints the output of another process, under its name. A line that is not JSON is printed as it is. */
  follow(stream: Readable, name: string): void {
    const source = {};
    createInterface({ input: stream, crlfDelay: Infinity })
      .on('line', (text) => this.take(text, source, name))
      .on('close', () => this.outages.forget(source));
  }

  /** Prints what it holds back. */
  flush(): void {
    this.outages.flush();
    this.burst.flush();
  }

  private take(text: string, source: unknown, name?: string): void {
    if (text.trim() === '') return;
    const line = { ...parse(text), ...(name !== undefined && { service: name }) };
    if (this.outages.takes(line, source)) return;
    if (this.burst.admits(line)) this.print(line);
  }

  private print(line: LogLine): void {
    this.output.write(`${formatLine(line, this.isColoured)}\n`);
  }
}

function parse(text: string): LogLine {
  try {
    const value: unknown = JSON.parse(text);
    if (isLogLine(value)) return value;
  } catch {
    // Node's own output, such as the stack trace of a crash.
  }
  return { msg: text };
}

/** Any process may print JSON that is no line of a log. */
function isLogLine(value: unknown): value is LogLine {
  if (!isObject(value)) return false;
  const { level, time, service, msg, err } = value;
  const error = isObject(err) ? [err['message'], err['stack']] : [err];
  return [level, time, service, msg, ...error].every(
    (text) => text === undefined || typeof text === 'string',
  );
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
