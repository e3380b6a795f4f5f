import { PassThrough } from 'node:stream';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLogger, logFormatOf, outageReporter, reportOutage } from '../src/index.js';
import { formatLine } from '../src/terminal/format-line.js';
import { TerminalLog } from '../src/terminal/terminal-log.js';

const ORDER = '01a21f59-8bb6-75cc-9820-b8b74a0ddede';
const TIME = '2026-11-27T10:00:00.000Z';

/** Without colours and without the time. */
const shown = (fields: object): string => formatLine({ time: TIME, ...fields }, false).slice(10);

let texts: string[];
let log: TerminalLog;

beforeEach(() => {
  vi.useFakeTimers();
  texts = [];
  log = new TerminalLog({ write: (text) => texts.push(text.slice(10).trimEnd()) }, false);
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the format', () => {
  it.each([
    [{}, { isTTY: true }, 'pretty'],
    [{}, {}, 'json'],
    [{ LOG_FORMAT: 'json' }, { isTTY: true }, 'json'],
    [{ LOG_FORMAT: 'pretty' }, {}, 'pretty'],
    [{ LOG_FORMAT: '' }, {}, 'json'],
  ])('with %j on %j is %s', (env, output, format) => {
    expect(logFormatOf(env, output)).toBe(format);
  });
});

describe('a line for a person', () => {
  it('is time, service, sentence and further fields, with short ids', () => {
    const line = {
      level: 'info',
      service: 'orders',
      orderId: ORDER,
      msg: `order ${ORDER} confirmed`,
      step: 'x',
    };
    expect(formatLine({ ...line, time: TIME }, false)).toMatch(/^\d\d:\d\d:\d\d {2}orders/);
    expect(shown(line)).toBe('orders       order …4a0ddede confirmed  step=x');
  });

  it('has its level and the message of its error, and the place of a defect', () => {
    const stack =
      'Error: no\n    at x (/a/node_modules/pg/x.js:1:1)\n    at y (/a/apps/orders/dist/y.js:12:3)';
    const err = { message: 'no', stack };
    expect(shown({ level: 'warn', service: 'orders', msg: 'not yet', err })).toBe(
      'orders       warning: not yet: no',
    );
    expect(shown({ level: 'error', service: 'orders', msg: 'RPC failed', err })).toBe(
      'orders       error: RPC failed: no (at y.js:12)',
    );
  });

  it('lists only the fields that its sentence lacks', () => {
    const fields = { service: 'orders', status: 'CONFIRMED', reason: 'OUT_OF_STOCK', durationMs: 12 };
    expect(shown({ ...fields, msg: 'order 7 confirmed in 12 ms: OUT_OF_STOCK' })).toBe(
      'orders       order 7 confirmed in 12 ms: OUT_OF_STOCK',
    );
    expect(shown({ ...fields, msg: 'order 7' })).toBe(
      'orders       order 7  status=CONFIRMED reason=OUT_OF_STOCK durationMs=12',
    );
  });

  it('passes no control character of a logged text on to the terminal', () => {
    expect(shown({ service: 'gateway', msg: 'a\u001B[2Jb\nc', note: 'd\u0007' })).toBe(
      'gateway      a [2Jb c  note=d',
    );
    expect(shown({ service: 'a\u001Bb', msg: 'a\u202Egnp.exe\u2028b' })).toBe('a b          a gnp.exe b');
  });

  it('has colours only if asked for', () => {
    expect(formatLine({ service: 'orders', level: 'warn', msg: 'x' }, true)).toContain(
      '\u001B[33mwarning: x',
    );
    expect(formatLine({ service: 'orders', level: 'warn', msg: 'x' }, false)).not.toContain('\u001B');
  });
});

describe('a burst', () => {
  it('of lines of one kind is five lines and a count, and other lines are shown', () => {
    const logger = createLogger('orders', 'info', log);
    for (let ms = 1; ms <= 500; ms += 1) logger.info(`order ${ORDER} confirmed in ${ms} ms`);
    logger.warn('something else');
    expect(texts).toHaveLength(6);
    vi.advanceTimersByTime(1_000);
    expect(texts.at(-1)).toBe('orders       495 more in this second: order … confirmed in … ms');
    logger.info(`order ${ORDER} confirmed in 1 ms`);
    expect(texts.at(-1)).toBe('orders       order …4a0ddede confirmed in 1 ms');
  });
});

describe('a burst of more than 50 kinds', () => {
  const letters = (n: number): string => String.fromCodePoint(97 + Math.floor(n / 26), 97 + (n % 26));

  it('counts the lines of further kinds together, and those of known kinds as before', () => {
    const logger = createLogger('orders', 'info', log);
    for (let kind = 0; kind < 50; kind += 1) logger.info(`kind ${letters(kind)}`);
    for (let line = 0; line < 4; line += 1) logger.info('kind aa');
    expect(texts).toHaveLength(54);
    for (let kind = 50; kind < 60; kind += 1) logger.info(`kind ${letters(kind)}`);
    expect(texts).toHaveLength(59);
    logger.fatal('something else');
    expect(texts.at(-1)).toBe('orders       fatal: something else');
    vi.advanceTimersByTime(1_000);
    expect(texts.slice(60)).toEqual(['             warning: 5 more lines of other kinds in this second']);
  });
});

describe('an outage', () => {
  it('that a process reports from many places is one line when it begins and one when it ends', () => {
    const lines: string[] = [];
    const logger = createLogger('orders', 'info', { write: (line) => lines.push(line) });
    const { onDisconnect, onReconnect } = outageReporter(logger, 'NATS');
    for (const report of [onReconnect, onDisconnect, onDisconnect, onReconnect, onReconnect]) report();
    expect(lines.map((line) => (JSON.parse(line) as { availability: string }).availability)).toEqual([
      'unavailable',
      'available',
    ]);
  });

  it('that all processes see is one line when it begins, and one when the last has the server back', async () => {
    const loggers = ['orders', 'payments'].map((service) => {
      const stream = new PassThrough();
      log.follow(stream, service);
      return createLogger(service, 'info', stream);
    });
    const [orders, payments] = loggers.map((logger) => outageReporter(logger, 'NATS'));
    await settled(() => {
      orders?.onDisconnect();
      payments?.onDisconnect();
    });
    vi.advanceTimersByTime(1_000);
    expect(texts).toEqual(['orders       warning: NATS is unavailable: trying again']);
    await settled(() => orders?.onReconnect());
    expect(texts).toHaveLength(1);
    await settled(() => payments?.onReconnect());
    expect(texts[1]).toMatch(/^orders +NATS is back after \d+\.\d s$/);
    expect(texts).toHaveLength(2);
  });

  it('whose cause the supervisor knows shows the cause', async () => {
    const stream = new PassThrough();
    log.follow(stream, 'orders');
    await settled(() => outageReporter(createLogger('orders', 'info', stream), 'NATS').onDisconnect());
    reportOutage(createLogger('platform', 'info', log), 'NATS', 'nats was ended by SIGKILL');
    vi.advanceTimersByTime(1_000);
    expect(texts).toEqual(['platform     warning: NATS is unavailable: nats was ended by SIGKILL']);
  });

  it('does not wait for a process that has ended', async () => {
    const stream = new PassThrough();
    log.follow(stream, 'orders');
    await settled(() => outageReporter(createLogger('orders', 'info', stream), 'NATS').onDisconnect());
    const platform = outageReporter(createLogger('platform', 'info', log), 'NATS');
    platform.onDisconnect();
    stream.end();
    await once(stream, 'close');
    platform.onReconnect();
    expect(texts.at(-1)).toMatch(/NATS is back/);
  });
});

describe('the output of another process', () => {
  it('that is not JSON, such as a stack trace, is shown under its name', async () => {
    const stream = new PassThrough();
    log.follow(stream, 'orders-2');
    await settled(() => stream.write('Error: out of memory\n    at x\n'));
    expect(texts).toEqual(['orders-2     Error: out of memory', 'orders-2         at x']);
  });

  it.each([
    '{"msg":5}',
    '{"msg":null}',
    '{"msg":"x","err":{"stack":7}}',
    '{"level":30,"msg":"x"}',
    '[1]',
    '7',
  ])('that is JSON but no line of a log is shown as it is: %s', (text) => {
    log.write(text);
    expect(texts).toEqual([`             ${text}`]);
  });
});

/** Streams pass lines on after this turn of the event loop. */
async function settled(write: () => void): Promise<void> {
  write();
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => process.nextTick(resolve));
}
