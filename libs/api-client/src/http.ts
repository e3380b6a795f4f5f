import { createParser } from 'eventsource-parser';
import { ApiError, ContractError, NoAnswerError } from './errors.js';
import type { Answer, AnswerName, Parser } from './schemas.js';

/** What the client needs of `fetch`, which fits. Node programs with many connections pass one of their own. */
export type Fetch = (url: string, request: FetchRequest) => Promise<FetchResponse>;

export interface FetchRequest {
  method: string;
  headers: Record<string, string>;
  body?: string | Uint8Array<ArrayBuffer>;
  signal: AbortSignal;
}

export interface FetchResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array> | null;
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
  /** A body that is no JSON. */
  content?: { type: string; bytes: Uint8Array<ArrayBuffer> };
}

export interface ApiConnection {
  url: string;
  token: string | undefined;
  fetch: Fetch;
  timeoutMs: number;
  parser: Parser;
}

/** @throws {ApiError | NoAnswerError | ContractError} */
export async function call<N extends AnswerName>(
  connection: ApiConnection,
  request: ApiRequest,
  answer: N,
): Promise<ApiResponse<Answer<N>>> {
  const deadline = startDeadline(request, connection);
  try {
    const response = await send(connection, request, deadline.signal);
    const { status, headers } = response;
    const body = parseJson(await textOf(request, response));
    if (status >= 400) throw refusal(connection, request, response, body);
    return { status, headers, body: parse(connection, request, status, answer, body) };
  } finally {
    deadline.clear();
  }
}

/** The data of each server-sent event as it comes, until the stream ends. @throws as `call` does */
export async function* events<N extends AnswerName>(
  connection: ApiConnection,
  request: ApiRequest,
  answer: N,
): AsyncGenerator<Answer<N>> {
  const deadline = startDeadline(request, connection);
  try {
    const response = await send(connection, request, deadline.signal);
    if (response.status >= 400 || response.body === null)
      throw refusal(connection, request, response, parseJson(await textOf(request, response)));
    if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true)
      throw new ContractError(nameOf(request), response.status, 'no event stream');
    const received: string[] = [];
    const parser = createParser({ onEvent: ({ data }) => received.push(data) });
    const decoder = new TextDecoder();
    for await (const chunk of chunksOf(request, response.body)) {
      parser.feed(decoder.decode(chunk, { stream: true }));
      for (const data of received.splice(0))
        yield parse(connection, request, response.status, answer, parseJson(data));
    }
  } finally {
    deadline.clear();
  }
}

async function send(
  { url, token, fetch }: ApiConnection,
  request: ApiRequest,
  signal: AbortSignal,
): Promise<FetchResponse> {
  const { method, path, body, content } = request;
  const headers: Record<string, string> = {};
  if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
  if (body) headers['content-type'] = 'application/json';
  if (content) headers['content-type'] = content.type;
  Object.assign(headers, request.headers);
  const sent: FetchRequest = { method, headers, signal };
  if (body) sent.body = JSON.stringify(body);
  if (content) sent.body = content.bytes;
  try {
    return await fetch(url + path, sent);
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

async function* chunksOf(
  request: ApiRequest,
  body: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  try {
    if (Symbol.asyncIterator in body) yield* body;
    else yield* read(body);
  } catch (cause) {
    throw new NoAnswerError(nameOf(request), cause);
  }
}

/** For browsers whose streams cannot be iterated. */
async function* read(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const reader = body.getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
  } finally {
    await reader.cancel();
  }
}

/** Unlike `AbortSignal.timeout`, its timer ends with the request: a flash sale has hundreds of thousands of them. */
function startDeadline({ signal, timeoutMs }: ApiRequest, connection: ApiConnection) {
  const controller = new AbortController();
  const ms = timeoutMs ?? connection.timeoutMs;
  const timer = setTimeout(() => controller.abort(new Error(`no answer within ${ms} ms`)), ms);
  return {
    signal: signal ? AbortSignal.any([signal, controller.signal]) : controller.signal,
    clear: () => clearTimeout(timer),
  };
}

const refusal = (
  { parser }: ApiConnection,
  request: ApiRequest,
  { status, headers }: FetchResponse,
  body: unknown,
): ApiError => new ApiError(nameOf(request), status, parser.problem(body), headers);

function parse<N extends AnswerName>(
  { parser }: ApiConnection,
  request: ApiRequest,
  status: number,
  answer: N,
  body: unknown,
): Answer<N> {
  try {
    return parser.answer(answer, body);
  } catch (cause) {
    throw new ContractError(nameOf(request), status, cause);
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
