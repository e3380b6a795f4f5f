import type { z } from 'zod';
import type { ErrorCode } from './errors.js';
import type { ServiceName } from './message.js';

/** A question or an intake, answered over NATS request/reply: `rpc.orders.place-order`. */
export interface QueryContract<Request = unknown, Response = unknown> {
  readonly owner: ServiceName;
  readonly subject: string;
  readonly request: z.ZodType<Request>;
  readonly response: z.ZodType<Response>;
}

export const query = <Request, Response>(
  owner: ServiceName,
  name: string,
  request: z.ZodType<Request>,
  response: z.ZodType<Response>,
): QueryContract<Request, Response> => ({
  owner,
  subject: `rpc.${owner}.${name}`,
  request,
  response,
});

// oxlint-disable-next-line typescript/no-explicit-any -- the other parameter is of no interest here
export type RequestOf<Q> = Q extends QueryContract<infer Request, any> ? Request : never;
// oxlint-disable-next-line typescript/no-explicit-any
export type ResponseOf<Q> = Q extends QueryContract<any, infer Response> ? Response : never;

/** A business refusal. It is an answer, not an exception; the gateway maps `code` to an HTTP status. */
export interface Refusal {
  code: ErrorCode;
  /** One sentence for a person, saying what to do. */
  detail: string;
}

/** What every query handler answers with. */
export type Reply<T> = { ok: true; value: T } | { ok: false; error: Refusal };

export const accept = <T>(value: T): Reply<T> => ({ ok: true, value });
export const refuse = (code: ErrorCode, detail: string): Reply<never> => ({
  ok: false,
  error: { code, detail },
});
