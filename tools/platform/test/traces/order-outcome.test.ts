import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TraceList } from '../../src/traces/queries/list-traces.js';
import type { TraceView } from '../../src/traces/queries/trace-view.js';
import { newTraceId, span, type TestSpan } from './otlp.js';
import { serve, type Served } from './served.js';

const START_MS = 1_795_000_000_000;
const ORDER = { 'doorbuster.order.id': '0198-aaaa' };

let served: Served;
beforeEach(async () => {
  served = await serve();
});
afterEach(async () => {
  await served.close();
  expect(served.defects).toEqual([]);
});

/** Sends a trace of a checkout with these transitions, a millisecond apart: `saga.refused authorise-payment: REASON`. */
async function sendOrder(
  transitions: readonly string[],
  answer: TestSpan['attributes'] = {},
): Promise<string> {
  const traceId = newTraceId();
  const route = { 'http.request.method': 'POST', 'http.route': '/v1/orders' };
  const root = span({
    traceId,
    name: 'POST /v1/orders',
    service: 'gateway',
    attributes: { ...route, ...answer },
  });
  const spans = transitions.map((transition, index) => {
    const [, name = '', step = '', reason] = /^(\S+) ([^:\s]+)(?:: (.+))?$/.exec(transition) ?? [];
    return span({
      traceId,
      parentSpanId: root.spanId,
      startMs: START_MS + index,
      attributes: ORDER,
      events: [
        { name, attributes: { 'saga.step': step, ...(reason !== undefined && { 'saga.reason': reason }) } },
      ],
    });
  });
  await served.send(root, ...spans);
  return traceId;
}

const RESERVED = ['saga.sent reserve-stock', 'saga.succeeded reserve-stock', 'saga.sent authorise-payment'];
const CONFIRMED = [...RESERVED, 'saga.succeeded authorise-payment', 'saga.succeeded confirm-order'];
const undone = (reason: string): string[] => [
  `saga.compensating checkout: ${reason}`,
  'saga.sent release-stock',
  'saga.succeeded release-stock',
  `saga.compensated checkout: ${reason}`,
];

describe('what became of an order', () => {
  it.each([
    ['CONFIRMED', null, [...CONFIRMED, 'saga.sent capture-payment', 'saga.completed checkout']],
    ['CONFIRMED', null, [...CONFIRMED, 'saga.sent capture-payment']],
    [
      'DECLINED',
      'PAYMENT_DECLINED: card_declined',
      [...RESERVED, ...undone('PAYMENT_DECLINED: card_declined')],
    ],
    ['OUT_OF_STOCK', 'OUT_OF_STOCK', undone('OUT_OF_STOCK')],
    ['TIMED_OUT', 'PAYMENT_TIMEOUT', [...RESERVED, ...undone('PAYMENT_TIMEOUT')]],
    ['CANCELLED', 'CANCELLED_BY_CUSTOMER', [...RESERVED, ...undone('CANCELLED_BY_CUSTOMER')]],
    ['CANCELLED', 'RESERVATION_EXPIRED', [...CONFIRMED, ...undone('RESERVATION_EXPIRED')]],
    ['CANCELLED', null, ['saga.succeeded cancel-order', 'saga.completed cancellation']],
    ['FAILED', 'UNKNOWN_SKU', undone('UNKNOWN_SKU')],
    ['STALLED', 'no reply', [...CONFIRMED, 'saga.stalled capture-payment: no reply']],
    [
      'CONFIRMED',
      null,
      [
        ...CONFIRMED,
        'saga.stalled commit-stock: x',
        'saga.retried commit-stock',
        'saga.succeeded commit-stock',
      ],
    ],
    ['IN_PROGRESS', null, RESERVED],
  ])('%s with %s', async (outcome, reason, transitions) => {
    await sendOrder(transitions);
    const { items } = await served.get<TraceList>('traces');
    expect(items.map(({ order }) => order)).toEqual([{ outcome, reason }]);
  });

  it('is told by the response for an order without a saga, or whose spans were lost', async () => {
    await sendOrder([], { 'http.response.status_code': 409, 'doorbuster.problem.code': 'OUT_OF_STOCK' });
    await sendOrder([], { 'http.response.status_code': 422, 'doorbuster.problem.code': 'UNKNOWN_SKU' });
    await sendOrder([], { 'http.response.status_code': 201 });
    await served.send(span({ name: 'GET /v1/products' }));
    const { items } = await served.get<TraceList>('traces');
    expect(
      items.map(({ order }) => order).toSorted((a, b) => (a?.outcome ?? '').localeCompare(b?.outcome ?? '')),
    ).toEqual([
      null,
      { outcome: 'CONFIRMED', reason: null },
      { outcome: 'OUT_OF_STOCK', reason: 'OUT_OF_STOCK' },
      { outcome: 'REFUSED', reason: 'UNKNOWN_SKU' },
    ]);
  });

  it('is a filter of the list', async () => {
    const declined = await sendOrder([...RESERVED, ...undone('PAYMENT_DECLINED')]);
    await sendOrder(CONFIRMED);
    const { items } = await served.get<TraceList>('traces?outcome=DECLINED');
    expect(items.map(({ traceId }) => traceId)).toEqual([declined]);
    expect((await fetch(`${served.url}/api/traces?outcome=LOST`)).status).toBe(400);
  });
});

it('marks what sends, handles and answers a compensation, and nothing else', async () => {
  const traceId = await sendOrder([...RESERVED, ...undone('PAYMENT_DECLINED'), 'saga.sent later-step']);
  const step = (name: string) => ({ ...ORDER, 'doorbuster.saga.step': name });
  await served.send(
    ...['reserve-stock', 'authorise-payment', 'release-stock', 'later-step'].flatMap((name) => [
      span({ traceId, name: `publish ${name}`, kind: 'PRODUCER' }),
      span({ traceId, name: `process ${name}`, attributes: step(name) }),
    ]),
    span({ traceId, name: 'process stock-released', attributes: step('release-stock') }),
  );
  const { rows } = await served.get<TraceView>(`traces/${traceId}`);
  expect(
    rows.flatMap((row) => (row.kind === 'span' && row.compensates ? [row.name] : [])).toSorted(),
  ).toEqual(['process release-stock', 'process stock-released', 'publish release-stock']);
});

it('does not list the requests of the page itself, and counts them', async () => {
  await served.send(
    span({
      name: 'GET /v1/orders/:id/timeline',
      attributes: { 'user_agent.original': 'doorbuster-traces-page' },
    }),
    span({ name: 'GET /v1/orders/:id', attributes: { 'user_agent.original': 'curl/8' } }),
  );
  const { items, own } = await served.get<TraceList>('traces');
  expect([items.map(({ name }) => name), own]).toEqual([['GET /v1/orders/:id'], 1]);
});
