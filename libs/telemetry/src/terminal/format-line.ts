import { styleText } from 'node:util';

/** One written log line. */
export interface LogLine {
  level?: string;
  time?: string;
  service?: string;
  msg?: string;
  err?: { message?: string; stack?: string };
  [field: string]: unknown;
}

/** `provisioner` is the longest name. */
const SERVICE_WIDTH = 11;
const VALUE_LENGTH_MAX = 120;
/** A value of at least this length is left out if the sentence contains it. */
const SAID_LENGTH_MIN = 4;
/** An error message is left out if the sentence contains its first 20 characters. */
const COMPARED_LENGTH = 20;
/** Fields that the line shows in its own way, or that only a program reads. */
const NOT_LISTED = [
  'level',
  'time',
  'service',
  'pid',
  'msg',
  'err',
  'context',
  'traceId',
  'spanId',
  'dependency',
  'availability',
];

const COLOURS = ['cyan', 'magenta', 'blue', 'green'] as const;
const SERVICE_COLOURS: Record<string, (typeof COLOURS)[number] | 'gray'> = {
  gateway: 'blue',
  catalog: 'magenta',
  orders: 'green',
  inventory: 'cyan',
  platform: 'gray',
};
const LEVELS: Record<string, { label: string; colour: 'gray' | 'yellow' | 'red' } | undefined> = {
  trace: { label: 'trace: ', colour: 'gray' },
  debug: { label: 'debug: ', colour: 'gray' },
  warn: { label: 'warning: ', colour: 'yellow' },
  error: { label: 'error: ', colour: 'red' },
  fatal: { label: 'fatal: ', colour: 'red' },
};

/**
 * One line of text for a person: local time, service, sentence, further fields. Ids are shortened, and neither a line break
 * nor another control character of a logged text reaches the terminal.
 */
export function formatLine(line: LogLine, isColoured: boolean): string {
  const { level = 'info', time, service = '', msg = '' } = line;
  const paint = (colour: Parameters<typeof styleText>[0], text: string): string =>
    isColoured && text !== '' ? styleText(colour, text, { validateStream: false }) : text;
  const mark = LEVELS[level];
  const said = printable(`${mark?.label ?? ''}${msg}${reasonOf(line)}`);
  const sentence = mark ? paint(mark.colour, said) : said;
  const fields = printable(fieldsOf(line));
  const at = new Date(time ?? Date.now()).toTimeString().slice(0, 8);
  const name = paint(SERVICE_COLOURS[service] ?? colourOf(service), printable(service).padEnd(SERVICE_WIDTH));
  return [paint('gray', at), name, [sentence, paint('gray', fields)].filter(Boolean).join('  ')].join('  ');
}

/**
 * UUIDs as their last eight digits. The first eight of a UUIDv7 are its time: all orders of a minute have the same.
 */
export const withShortIds = (text: string): string =>
  text.replaceAll(/\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{4}([\da-f]{8})\b/gi, '…$1');

function reasonOf({ err, level, msg = '' }: LogLine): string {
  const message = err?.message;
  if (message === undefined) return '';
  const isDefect = level === 'error' || level === 'fatal';
  const frame = isDefect ? ownFrameOf(err?.stack ?? '') : undefined;
  return `${isSaid(message, msg) ? '' : `: ${message}`}${frame === undefined ? '' : ` (at ${frame})`}`;
}

const isSaid = (message: string, msg: string): boolean =>
  msg.endsWith(message) ||
  (message.length >= COMPARED_LENGTH && msg.includes(message.slice(0, COMPARED_LENGTH)));

/** File and line of the first stack frame outside of packages and Node. The JSON line has the whole stack. */
const ownFrameOf = (stack: string): string | undefined =>
  stack
    .split('\n')
    .filter((frame) => /^\s+at /.test(frame) && !/node_modules|node:/.test(frame))
    .map((frame) => /([\w.-]+\.[jt]s:\d+)/.exec(frame)?.[1])
    .find((place) => place !== undefined);

function fieldsOf(line: LogLine): string {
  return Object.entries(line)
    .filter(([name, value]) => !NOT_LISTED.includes(name) && value !== null && value !== undefined)
    .map(
      ([name, value]) => [name, typeof value === 'string' ? value : (JSON.stringify(value) ?? '')] as const,
    )
    .filter(([name, value]) => !containsValue(line.msg ?? '', name, value))
    .map(([name, value]) => `${name}=${withShortIds(value).slice(0, VALUE_LENGTH_MAX)}`)
    .join(' ');
}

/** `durationMs: 12` is in "order confirmed in 12 ms", and `status: 'CONFIRMED'` too. */
function containsValue(msg: string, name: string, value: string): boolean {
  const said = name.endsWith('Ms') ? `${value} ms` : value;
  return said.length >= SAID_LENGTH_MIN && msg.toLowerCase().includes(said.toLowerCase());
}

/** Without characters that move the cursor, break the line or reverse its direction. */
const printable = (text: string): string =>
  withShortIds(text.replaceAll(/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]+/gu, ' ').trimEnd());

const colourOf = (service: string): (typeof COLOURS)[number] =>
  COLOURS[service.length % COLOURS.length] ?? 'cyan';
