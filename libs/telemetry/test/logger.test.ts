import { logs, ROOT_CONTEXT, trace, context, type Context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLogger, newTraceparent, traceFields, type Logger } from '../src/index.js';

let lines: string[];
const output = { write: (line: string): void => void lines.push(line) };
const lastLine = (): Record<string, unknown> => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown>;
const silentLevels = (logger: Logger): void => logger.debug('too quiet');

beforeAll(() => context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
beforeEach(() => {
  lines = [];
});

const SPAN = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };
const inSpan: Context = trace.setSpanContext(ROOT_CONTEXT, SPAN);

describe('a line', () => {
  it('says what it is, when and of which service', () => {
    const logger = createLogger('orders', 'info', output);
    silentLevels(logger);
    logger.info({ orderId: 'o-1' }, 'order');
    expect(lines).toHaveLength(1);
    expect(lastLine()).toMatchObject({ level: 'info', service: 'orders', orderId: 'o-1', msg: 'order' });
    expect(new Date(lastLine()['time'] as string).getTime()).toBeGreaterThan(Date.now() - 60_000);
    expect(lastLine()).not.toHaveProperty('traceId');
  });

  it('inside of a span has its ids', () => {
    context.with(inSpan, () => createLogger('orders', 'info', output).info('in it'));
    expect(lastLine()).toMatchObject({ traceId: SPAN.traceId, spanId: SPAN.spanId });
  });

  it('that names a trace belongs to that one, whatever span wrote it', () => {
    const traceparent = newTraceparent();
    context.with(inSpan, () =>
      createLogger('orders', 'info', output).info(traceFields(traceparent), 'order'),
    );
    const { traceId, spanId } = lastLine();
    expect(traceparent.startsWith(`00-${traceId as string}-${spanId as string}-`)).toBe(true);
  });
});

describe('secrets', () => {
  const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl';

  it.each([
    { password: 'hunter2' },
    { authorization: 'hunter2' },
    { headers: { Authorization: 'hunter2', 'set-cookie': ['hunter2'] } },
    { body: { payment: { method: 'hunter2' } } },
    { orders: [{ deep: { deeper: { paymentMethod: 'hunter2', payment_method: 'hunter2' } } }] },
    { answer: { accessToken: 'hunter2', access_token: 'hunter2', cardNumber: 'hunter2', cvc: 'hunter2' } },
    { url: 'nats://orders:hunter2@localhost:4222' },
    { header: 'Bearer hunter2' },
    { err: Object.assign(new Error('at postgres://orders:hunter2@db/shop'), { parameters: ['hunter2'] }) },
    { err: new Error('failed', { cause: new Error('token Bearer hunter2') }) },
  ])('are blacked out at any depth: %j', (fields) => {
    createLogger('gateway', 'info', output).info(fields, 'something');
    expect(lines.join()).not.toContain('hunter2');
    expect(lines.join()).toContain('[redacted]');
  });

  it('in the middle of a text are redacted', () => {
    createLogger('gateway', 'info', output).info({ note: `token ${TOKEN} is old` }, 'something');
    expect(lastLine()['note']).toBe('token [redacted] is old');
  });

  it('leave other text unchanged', () => {
    const fields = {
      orderId: 'o-1',
      status: 'CONFIRMED',
      subject: 'cmd.payments.capture-payment',
      tokens: 3,
    };
    createLogger('gateway', 'info', output).info(fields, 'something');
    expect(lastLine()).toMatchObject(fields);
  });

  it('are not changed in the object that is logged', () => {
    const request = { body: { password: 'hunter2' } };
    createLogger('gateway', 'info', output).info(request, 'something');
    expect(request.body.password).toBe('hunter2');
  });
});

describe('OpenTelemetry log records', () => {
  const exporter = new InMemoryLogRecordExporter();
  const exportLogs = () =>
    logs.setGlobalLoggerProvider(
      new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] }),
    );
  afterEach(() => {
    logs.disable();
    exporter.reset();
  });

  it('are the same lines, with severity, trace and order', () => {
    exportLogs();
    const traceparent = newTraceparent();
    const line = { orderId: 'o-1', ...traceFields(traceparent), status: 'REJECTED', reason: null };
    createLogger('orders', 'info', output).warn(line, 'order');
    expect(lastLine()).toMatchObject({ orderId: 'o-1', status: 'REJECTED' });
    const [record] = exporter.getFinishedLogRecords();
    expect(record).toMatchObject({ severityText: 'warn', severityNumber: 13, body: 'order' });
    expect(record?.spanContext).toMatchObject(traceFields(traceparent));
    expect(record?.attributes).toEqual({ 'doorbuster.order.id': 'o-1', status: 'REJECTED', reason: null });
  });

  it('of an error have it by the names of the conventions, and no secret either', () => {
    exportLogs();
    const err = new TypeError('at postgres://orders:hunter2@db/shop');
    createLogger('orders', 'info', output).error({ err, body: { password: 'hunter2' } }, 'failed');
    const [record] = exporter.getFinishedLogRecords();
    expect(record?.attributes).toMatchObject({
      'exception.type': 'TypeError',
      'exception.message': 'at postgres://[redacted]@db/shop',
      'exception.stacktrace': expect.stringContaining('TypeError'),
    });
    expect(JSON.stringify(record?.attributes)).not.toContain('hunter2');
  });

  it('are not written below the level, nor without an SDK that exports them', () => {
    createLogger('orders', 'info', output).info('before');
    exportLogs();
    createLogger('orders', 'warn', output).info('too quiet');
    expect(exporter.getFinishedLogRecords()).toEqual([]);
  });
});
