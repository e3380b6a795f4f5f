import type { Outcome, Trouble } from '../buyers/sale-event.js';
import type { Answer } from './http.js';

/** What an answer means to a buyer who has sent an order. */
export type Reading =
  | { kind: 'ENDED'; outcome: Outcome; reason: string | undefined; orderId: string | undefined }
  | { kind: 'ACCEPTED'; orderId: string }
  | ({ kind: 'TRY_AGAIN'; afterMs: number | undefined } & Refusal);

/** Why there was no proper answer. */
export interface Refusal {
  trouble: Trouble;
  said: string | undefined;
}

export function readOrderAnswer(answer: Answer | undefined): Reading {
  if (answer === undefined || answer.status === 429 || answer.status >= 500) {
    return { kind: 'TRY_AGAIN', afterMs: answer?.retryAfterMs, ...troubleOf(answer) };
  }
  const { status } = answer;
  const id = textField(answer.body, 'id');
  if (status === 201 && id) return { kind: 'ENDED', outcome: 'BOUGHT', reason: undefined, orderId: id };
  if (status === 202 && id) return { kind: 'ACCEPTED', orderId: id };
  const reason = textField(answer.body, 'code') ?? `HTTP ${status}`;
  return { kind: 'ENDED', outcome: refusal(reason), reason, orderId: textField(answer.body, 'orderId') };
}

export function troubleOf(answer: Answer | undefined): Refusal {
  if (answer === undefined) return { trouble: 'LOST', said: undefined };
  const { status, body } = answer;
  const said = `${status} ${textField(body, 'code') ?? 'without a code'}`;
  return { trouble: status === 429 || status === 503 ? 'OVERLOADED' : 'FAILED', said };
}

/** The outcome that an order's status stands for, if it is final. Of the order itself and of its events alike. */
export function readOrder(body: unknown): { outcome: Outcome; reason: string | undefined } | undefined {
  const reason = textField(body, 'reason');
  switch (textField(body, 'status')) {
    case 'CONFIRMED':
      return { outcome: 'BOUGHT', reason };
    case 'REJECTED':
      return { outcome: rejection(reason), reason };
    case 'CANCELLED':
      return { outcome: 'REJECTED', reason };
    default:
      return undefined;
  }
}

/** Units of the sale that could be ordered now; `undefined` when its page does not say. */
export function readUnitsLeft({ body }: Answer): number | undefined {
  const unitsLeft = field(body, 'unitsLeft');
  return typeof unitsLeft === 'number' ? unitsLeft : undefined;
}

/** By the code of a problem document. */
function refusal(code: string): Outcome {
  const isRejection = ['ORDER_REJECTED', 'ORDER_CANCELLED', 'PAYMENT_TIMEOUT'].includes(code);
  return isRejection || rejection(code) !== 'REJECTED' ? rejection(code) : 'REFUSED';
}

/** By the reason of an order: a code, and after a colon what more there is to say. */
export function rejection(reason: string | undefined | null): Outcome {
  const [code] = (reason ?? '').split(':');
  if (code === 'OUT_OF_STOCK') return 'SOLD_OUT';
  if (code === 'PURCHASE_LIMIT') return 'LIMITED';
  return code === 'PAYMENT_DECLINED' ? 'DECLINED' : 'REJECTED';
}

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;

function textField(value: unknown, name: string): string | undefined {
  const found = field(value, name);
  return typeof found === 'string' ? found : undefined;
}
