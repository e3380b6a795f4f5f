import type { z } from 'zod';
import type { Actor } from './actor.js';
import type { ErrorCode } from './errors.js';
import type { ServiceName } from './message.js';
import type { PriceChange } from './values.js';

/**
 * A call of the gateway to a service over NATS request/reply, such as `rpc.orders.get-order`. The owner parses each request
 * with `request`, which ignores fields that a newer gateway adds.
 */
export interface RpcContract<Request = unknown, Response = unknown> {
  readonly owner: ServiceName;
  readonly subject: string;
  readonly request: z.ZodType<Request>;
  readonly response: z.ZodType<Response>;
  /** Absent for a read. For a change the gateway signs each request, and the owner verifies the actor before it decides. */
  readonly changesStateFor?: ChangesStateFor | undefined;
}

/** Who may make a change: only an admin, also an operator, or also a customer, for their own orders. */
export type ChangesStateFor = 'admin' | 'operator' | 'customer';

/** A read: `rpc('orders', 'get-order', request, response)`. */
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

/** A change: `change('orders', 'cancel-order', 'customer', request, response)`. The owner refuses unsigned requests. */
export const change = <Request extends ActedRequest, Response>(
  owner: ServiceName,
  name: string,
  changesStateFor: ChangesStateFor,
  request: z.ZodType<Request>,
  response: z.ZodType<Response>,
): RpcContract<Request, Response> => ({ ...rpc(owner, name, request, response), changesStateFor });

/** The actor of a change; in a batch each request has its customer. */
type ActedRequest = { actor: Actor; commitBy: number } | { requests: readonly Pick<Actor, 'customerId'>[] };

// oxlint-disable-next-line typescript/no-explicit-any -- `unknown` would not match contravariant uses
export type RequestOf<Q> = Q extends RpcContract<infer Request, any> ? Request : never;
// oxlint-disable-next-line typescript/no-explicit-any
export type ResponseOf<Q> = Q extends RpcContract<any, infer Response> ? Response : never;

/** A business refusal: a reply, not an exception. The gateway maps `code` to an HTTP status. */
export interface Refusal {
  code: ErrorCode;
  /** A sentence for a person: what to do. */
  detail: string;
  /** Of PRICE_CHANGED. */
  changes?: PriceChange[];
}

/** The answer to every RPC. */
export type Reply<T> = { ok: true; value: T } | { ok: false; error: Refusal };

export const accept = <T>(value: T): Reply<T> => ({ ok: true, value });
export const refuse = (
  code: ErrorCode,
  detail: string,
  more: Pick<Refusal, 'changes'> = {},
): Reply<never> => ({
  ok: false,
  error: { code, detail, ...more },
});
