import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { idempotencyKey, placeOrderBody, type Actor, type PlaceOrderBody } from '@doorbuster/contracts';
import { Injectable } from '@nestjs/common';
import { GatewayConfig } from '../gateway.config.js';
import { PROBLEM_MEDIA_TYPE, problemDocument } from '../problem/problem-document.js';
import { PROBLEM_TYPES } from '../problem/problem-types.js';
import type { ProblemException } from '../problem/problem.exception.js';
import { SoldOutGate } from '../sold-out/sold-out-gate.js';
import { Admission } from './admission.js';
import type { RequestHandler } from './http-server.js';
import { bearerToken, clientAddress, TokenVerifier, trustOf, type IsTrusted } from './identity.js';
import { rateLimited, RateLimiter } from './limits.js';
import { isJson } from './request-input.js';
import { observeRequest } from './request-telemetry.js';
import { Throttle } from './throttle.js';

const ROUTE = '/v1/orders';
/** Orders with a longer body are left to Fastify. */
const BODY_BYTES_MAX = 4_096;
/** Maximum 503 answers a second; clients that ignore Retry-After would starve admitted requests. */
const OVERLOADS_A_SECOND_MAX = 4_000;

/**
 * Refuses orders before Fastify handles them, because a whole request costs several times as much. Under overload it
 * refuses all orders. Otherwise it refuses sold-out orders, with the same answer as the controller. It leaves to Fastify
 * requests that need more, such as an unknown token or an invalid body.
 */
@Injectable()
export class LoadShedder {
  private readonly overloads = new Throttle(OVERLOADS_A_SECOND_MAX);
  private readonly isTrusted: IsTrusted;

  constructor(
    private readonly admission: Admission,
    private readonly gate: SoldOutGate,
    private readonly tokens: TokenVerifier,
    private readonly rates: RateLimiter,
    private readonly config: GatewayConfig,
  ) {
    this.isTrusted = trustOf(config.trustProxy);
  }

  /** @returns a handler that passes the requests it does not refuse on to `next` */
  attach(next: RequestHandler): RequestHandler {
    return (request, response) => {
      if (request.method === 'POST' && isPath(request.url ?? '', ROUTE)) this.handle(request, response, next);
      else next(request, response);
    };
  }

  /** Sends the delayed refusals now. */
  flush(): void {
    this.overloads.flush();
  }

  private handle(request: IncomingMessage, response: ServerResponse, next: RequestHandler): void {
    const overload = this.admission.refusal();
    if (overload) {
      this.refuseThrottled(request, response, this.rateRefusal(request) ?? overload);
      return;
    }
    const length = Number(request.headers['content-length']);
    if (!this.gate.isClosed || !(length > 0 && length <= BODY_BYTES_MAX)) {
      next(request, response);
      return;
    }
    request.once('readable', () => {
      const body = request.read() as Buffer | null;
      const refusal = body?.length === length ? this.soldOutRefusal(request, body) : undefined;
      if (refusal) {
        this.refusal(request, response, refusal)();
        return;
      }
      if (body) request.unshift(body);
      next(request, response);
    });
  }

  private soldOutRefusal(request: IncomingMessage, bytes: Buffer): ProblemException | undefined {
    const { headers } = request;
    if (!isJson(headers['content-type'])) return undefined;
    const caller = this.callerOf(request);
    if (caller?.role !== 'customer') return undefined;
    const key = idempotencyKey.safeParse(headers['idempotency-key']);
    const body = parseBody(bytes);
    if (!key.success || !body) return undefined;
    const refusal = this.gate.refusalOf({ customerId: caller.customerId, idempotencyKey: key.data, body });
    return refusal && (this.rateRefusal(request) ?? refusal);
  }

  /**
   * Counts a request that Fastify will not see. Only a known customer gets the 429: other callers are refused anyway, and
   * the later Retry-After of the overload serves the many clients behind one address better.
   */
  private rateRefusal(request: IncomingMessage): ProblemException | undefined {
    const caller = this.callerOf(request) ?? null;
    const quota = this.rates.take(caller, clientAddress(request, this.isTrusted));
    return caller !== null && quota?.isExceeded === true ? rateLimited(quota) : undefined;
  }

  private callerOf({ headers }: IncomingMessage): Actor | undefined {
    const token = bearerToken(headers.authorization);
    return token === undefined ? undefined : this.tokens.known(token);
  }

  /** The connection guard handles one request of a connection at a time, so each connection has at most one delayed refusal. */
  private refuseThrottled(
    request: IncomingMessage,
    response: ServerResponse,
    problem: ProblemException,
  ): void {
    const task = this.refusal(request, response, problem);
    response.once('close', () => this.overloads.cancel(task));
    this.overloads.do(task);
  }

  /** Starts to trace and measure the request. @returns a function that sends the refusal */
  private refusal(request: IncomingMessage, response: ServerResponse, problem: ProblemException): () => void {
    const { method = '', headers, httpVersion, url = ROUTE } = request;
    const { traceparent, span } = observeRequest(
      {
        method,
        headers,
        httpVersion,
        url,
        route: ROUTE,
        scheme: 'http',
        hostOf: () => headers.host ?? '',
        trustsTraceparent: this.config.trustsTraceparent,
      },
      response,
    );
    span?.setAttributes({
      'doorbuster.problem.code': problem.code,
      ...(problem.code === 'OUT_OF_STOCK' && { 'doorbuster.gate.refused': true }),
    });
    return () => {
      const body = JSON.stringify(problemDocument(problem, url, traceparent));
      response.writeHead(PROBLEM_TYPES[problem.code].status, {
        ...problem.headers,
        traceparent,
        'content-type': `${PROBLEM_MEDIA_TYPE}; charset=utf-8`,
        'content-length': Buffer.byteLength(body),
      });
      response.end(body);
    };
  }
}

function parseBody(bytes: Buffer): PlaceOrderBody | undefined {
  if (!isUtf8(bytes)) return undefined;
  try {
    return placeOrderBody.safeParse(JSON.parse(bytes.toString())).data;
  } catch {
    return undefined;
  }
}

/** https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2 */
const ABSOLUTE_FORM = /^https?:\/\/[^/]*/i;

/** Whether the router would match this path: with or without a query, as a path or a whole URL, with or without escapes. */
function isPath(target: string, path: string): boolean {
  if (target === path) return true;
  const [raw = ''] = target.replace(ABSOLUTE_FORM, '').split('?', 1);
  if (raw === path || !raw.includes('%')) return raw === path;
  try {
    // As the router does: an escaped slash is no separator.
    return decodeURI(raw) === path;
  } catch {
    return false;
  }
}
