import type { z } from 'zod';
import type { Actor } from './actor.js';
import type { ErrorCode } from './errors.js';
import type { ServiceName } from './message.js';

/**
 * A question or an intake, answered over NATS request/reply: `rpc.orders.place-order`. The owner parses each request by
 * `request`, which passes over fields that a newer gateway adds.
 */
export interface RpcContract<Request = unknown, Response = unknown> {
  readonly owner: ServiceName;
  readonly subject: string;
  readonly request: z.ZodType<Request>;
  readonly response: z.ZodType<Response>;
  /** `undefined` changes no state. Else the gateway signs each request, and the owner verifies who acts before it decides. */
  readonly changesStateFor?: ChangesStateFor | undefined;
}

/** Who may ask for a change: only an admin, named in the request's `actor`, or any customer for what is their own. */
export type ChangesStateFor = 'admin' | 'customer';

export const rpc = <Request, Response>(
  owner: ServiceName,
  name: string,
  request: z.ZodType<Request>,
  response: z.ZodType<Response>,
): RpcContract<Request, Response> => ({
  owner,
  subject: `rpc.${owner}.${name}`,
  request,
  response,
});

/** A request that changes state. It says who acts; the gateway signs it, and the owner refuses it unsigned. */
export const change = <Request extends ActedRequest, Response>(
  owner: ServiceName,
  name: string,
  changesStateFor: ChangesStateFor,
  request: z.ZodType<Request>,
  response: z.ZodType<Response>,
): RpcContract<Request, Response> => ({ ...rpc(owner, name, request, response), changesStateFor });

/** A batch names the customer of each of its requests. */
type ActedRequest = { actor: Actor; commitBy: number } | { requests: readonly Pick<Actor, 'customerId'>[] };

// oxlint-disable-next-line typescript/no-explicit-any -- the other parameter is of no interest here
export type RequestOf<Q> = Q extends RpcContract<infer Request, any> ? Request : never;
// oxlint-disable-next-line typescript/no-explicit-any
export type ResponseOf<Q> = Q extends RpcContract<any, infer Response> ? Response : never;

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
