import { problem } from '@doorbuster/contracts';
import { createParser } from 'eventsource-parser';
import type { z } from 'zod';
import { ApiError, ContractError, NoAnswerError } from './errors.js';

/** What the client needs of `fetch`, which fits. Node programs with many connections pass one of their own. */
export type Fetch = (url: string, request: FetchRequest) => Promise<FetchResponse>;

export interface FetchRequest {
  method: string;
  headers: Record<string, string>;
  body?: string;
  signal: AbortSignal;
}

export interface FetchResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: AsyncIterable<Uint8Array> | null;
  text(): Promise<string>;
}

export interface CallOptions {
  signal?: AbortSignal;
  /** From the call to the end of the answer. */
  timeoutMs?: number;
  /** On top of the client's own. */
  headers?: Record<string, string>;
}

/** For calls whose status or headers matter beside the body. */
export interface ApiResponse<T> {
  status: number;
  headers: { get(name: string): string | null };
  body: T;
}

export interface ApiRequest extends CallOptions {
  method: 'GET' | 'POST' | 'PATCH';
  path: string;
  body?: object;
}

export interface Connection {
  url: string;
  token: string | undefined;
  fetch: Fetch;
  timeoutMs: number;
}

/** @throws {ApiError | NoAnswerError | ContractError} */
export async function call<T>(
  connection: Connection,
  request: ApiRequest,
  schema: z.ZodType<T>,
): Promise<ApiResponse<T>> {
  const response = await send(connection, request);
  const { status, headers } = response;
  const body = parseJson(await textOf(request, response));
  if (status >= 400) throw new ApiError(nameOf(request), status, problem.safeParse(body).data, headers);
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new ContractError(nameOf(request), status, parsed.error);
  return { status, headers, body: parsed.data };
}

/** The data of each server-sent event as it comes, until the stream ends. @throws as `call` does */
export async function* events<T>(
  connection: Connection,
  request: ApiRequest,
  schema: z.ZodType<T>,
): AsyncGenerator<T> {
  const response = await send(connection, request);
  const { status, headers, body } = response;
  if (status >= 400 || body === null) {
    const text = await textOf(request, response);
    throw new ApiError(nameOf(request), status, problem.safeParse(parseJson(text)).data, headers);
  }
  const received: string[] = [];
  const parser = createParser({ onEvent: ({ data }) => received.push(data) });
  const decoder = new TextDecoder();
  const chunks = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await chunks.next().catch((cause: unknown) => {
        throw new NoAnswerError(nameOf(request), cause);
      });
      if (done === true) return;
      parser.feed(decoder.decode(value, { stream: true }));
      for (const data of received.splice(0)) {
        const parsed = schema.safeParse(parseJson(data));
        if (!parsed.success) throw new ContractError(nameOf(request), status, parsed.error);
        yield parsed.data;
      }
    }
  } finally {
    await chunks.return?.();
  }
}

async function send(connection: Connection, request: ApiRequest): Promise<FetchResponse> {
  const { token, fetch } = connection;
  const { method, path, headers, body, signal, timeoutMs = connection.timeoutMs } = request;
  const timeout = AbortSignal.timeout(Math.ceil(timeoutMs));
  try {
    return await fetch(`${connection.url}${path}`, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
  } catch (cause) {
    throw new NoAnswerError(nameOf(request), cause);
  }
}

async function textOf(request: ApiRequest, response: FetchResponse): Promise<string> {
  try {
    return await response.text();
  } catch (cause) {
    throw new NoAnswerError(nameOf(request), cause);
  }
}

const nameOf = ({ method, path }: ApiRequest): string => `${method} ${path}`;

/** `undefined` when it is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
