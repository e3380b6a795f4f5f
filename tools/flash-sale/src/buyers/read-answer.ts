import {
  ApiError,
  ContractError,
  isTransient,
  NoAnswerError,
  type ApiResponse,
} from '@doorbuster/api-client';
import type { Order, OrderStatus, Problem } from '@doorbuster/contracts';
import type { Outcome, Trouble } from './sale-event.js';

/** What an answer means to a buyer who has sent an order. */
export type Reading =
  | { kind: 'ENDED'; outcome: Outcome; reason: string | undefined; orderId: string | undefined }
  | { kind: 'ACCEPTED'; orderId: string }
  | ({ kind: 'TRY_AGAIN'; afterMs: number | undefined } & Failure);

/** Why there was no proper answer. */
export interface Failure {
  trouble: Trouble;
  /** Status and code of the answer, if there was one. */
  said: string | undefined;
}

export async function readOrderAnswer(answer: Promise<ApiResponse<Order>>): Promise<Reading> {
  try {
    const { status, body } = await answer;
    if (status !== 201) return { kind: 'ACCEPTED', orderId: body.id };
    return { kind: 'ENDED', outcome: 'BOUGHT', reason: undefined, orderId: body.id };
  } catch (error) {
    if (isTransient(error)) return { kind: 'TRY_AGAIN', afterMs: retryAfterMs(error), ...failureOf(error) };
    const { status, problem } = answerIn(error);
    const reason = problem?.code ?? `HTTP ${status}`;
    return { kind: 'ENDED', outcome: refusal(reason), reason, orderId: problem?.orderId };
  }
}

export function failureOf(error: unknown): Failure {
  if (error instanceof NoAnswerError) return { trouble: 'LOST', said: undefined };
  const { status, problem } = answerIn(error);
  return {
    trouble: status === 429 || status === 503 ? 'OVERLOADED' : 'FAILED',
    said: `${status} ${problem?.code ?? 'without a code'}`,
  };
}

export const retryAfterMs = (error: unknown): number | undefined =>
  error instanceof ApiError ? error.retryAfterMs : undefined;

/** The outcome that a status stands for; `undefined` while the order is not final. */
export function outcomeOf({
  status,
  reason,
}: {
  status: OrderStatus;
  reason: string | null;
}): Outcome | undefined {
  switch (status) {
    case 'CONFIRMED':
      return 'BOUGHT';
    case 'REJECTED':
      return rejection(reason);
    case 'CANCELLED':
      return 'REJECTED';
    case 'PENDING':
      return undefined;
  }
}

/** By the code of a problem document. */
function refusal(code: string): Outcome {
  const isRejection = ['ORDER_REJECTED', 'ORDER_CANCELLED', 'PAYMENT_TIMEOUT'].includes(code);
  return isRejection || rejection(code) !== 'REJECTED' ? rejection(code) : 'REFUSED';
}

/** By the reason of an order: a code, and after a colon the details. */
export function rejection(reason: string | null): Outcome {
  const [code] = (reason ?? '').split(':');
  if (code === 'OUT_OF_STOCK') return 'SOLD_OUT';
  if (code === 'PURCHASE_LIMIT') return 'LIMITED';
  return code === 'PAYMENT_DECLINED' ? 'DECLINED' : 'REJECTED';
}

/** @throws the error itself when it is no answer but a bug */
function answerIn(error: unknown): { status: number; problem: Problem | undefined } {
  if (error instanceof ApiError) return error;
  if (error instanceof ContractError) return { status: error.status, problem: undefined };
  throw error;
}
