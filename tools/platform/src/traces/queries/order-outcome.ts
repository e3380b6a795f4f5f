import { textAttribute, type Span, type SpanEvent } from '../store/span.js';

export const ORDER_OUTCOMES = [
  'CONFIRMED',
  'DECLINED',
  'OUT_OF_STOCK',
  'CANCELLED',
  'TIMED_OUT',
  'REFUSED',
  'FAILED',
  'STALLED',
  'IN_PROGRESS',
] as const;

/** What became of the order of a trace, as far as the trace tells it. */
export interface OrderOutcome {
  outcome: (typeof ORDER_OUTCOMES)[number];
  /** The code, and after a colon the details. */
  reason: string | null;
}

const SENDS = ['saga.sent', 'saga.resent', 'saga.retried'];

/** All transitions of sagas, in the order of their times. */
export const sagaEventsIn = (spans: readonly Span[]): SpanEvent[] =>
  spans
    .flatMap(({ events }) => events.filter(({ name }) => name.startsWith('saga.')))
    .toSorted((a, b) => a.atUs - b.atUs);

/** `undefined` for a trace without an order. */
export function orderOutcomeIn(root: Span, events: readonly SpanEvent[]): OrderOutcome | undefined {
  const last = events.findLast(({ name }) => !SENDS.includes(name));
  const isConfirmed = events.some((event) => is(event, 'saga.succeeded', 'confirm-order'));
  if (events.some((event) => is(event, 'saga.completed', 'cancellation'))) return ended('CANCELLED');
  const undone = events.findLast(({ name }) => name === 'saga.compensated');
  if (undone) {
    const reason = textAttribute(undone, 'saga.reason') ?? null;
    return { outcome: isConfirmed ? 'CANCELLED' : rejection(reason), reason };
  }
  if (last?.name === 'saga.stalled')
    return { outcome: 'STALLED', reason: textAttribute(last, 'saga.reason') ?? null };
  if (isConfirmed) return ended('CONFIRMED');
  return answerOf(root) ?? (events.length > 0 ? ended('IN_PROGRESS') : undefined);
}

const is = (event: SpanEvent, name: string, step: string): boolean =>
  event.name === name && textAttribute(event, 'saga.step') === step;

const ended = (outcome: OrderOutcome['outcome']): OrderOutcome => ({ outcome, reason: null });

function rejection(reason: string | null): OrderOutcome['outcome'] {
  const [code = ''] = (reason ?? '').split(':');
  if (code === 'OUT_OF_STOCK') return 'OUT_OF_STOCK';
  if (code === 'PAYMENT_DECLINED') return 'DECLINED';
  if (code.startsWith('CANCELLED_')) return 'CANCELLED';
  return code.endsWith('_TIMEOUT') ? 'TIMED_OUT' : 'FAILED';
}

/** From the gateway's response, for an order that was refused before it had a saga, or whose other spans were lost. */
function answerOf(root: Span): OrderOutcome | undefined {
  const { attributes } = root;
  if (attributes['http.route'] !== '/v1/orders' || attributes['http.request.method'] !== 'POST')
    return undefined;
  if (attributes['http.response.status_code'] === 201) return ended('CONFIRMED');
  const code = textAttribute(root, 'doorbuster.problem.code');
  if (code === undefined) return undefined;
  const outcome = rejection(code);
  return { outcome: outcome === 'FAILED' ? 'REFUSED' : outcome, reason: code };
}

/** The steps that undo others: what a saga sends between its turning back and its end. */
export function compensationsIn(events: readonly SpanEvent[]): ReadonlySet<string> {
  const steps = new Set<string>();
  let isTurnedBack = false;
  for (const event of events) {
    if (event.name === 'saga.compensating') isTurnedBack = true;
    if (event.name === 'saga.compensated') isTurnedBack = false;
    const step = textAttribute(event, 'saga.step');
    if (isTurnedBack && step !== undefined && SENDS.includes(event.name)) steps.add(step);
  }
  return steps;
}

/** Whether a span sends, handles or answers a compensation. */
export function isCompensation(span: Span, steps: ReadonlySet<string>): boolean {
  const step = textAttribute(span, 'doorbuster.saga.step');
  return steps.has(step ?? '') || steps.has(span.name.replace(/^publish /, ''));
}
