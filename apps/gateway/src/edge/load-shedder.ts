import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { idempotencyKey, placeOrderBody, type Actor, type PlaceOrderBody } from '@doorbuster/contracts';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Admission } from './admission.js';
import { TokenVerifier } from './identity.js';
import type { GatewayConfig } from '../gateway.config.js';
import { PROBLEM_MEDIA_TYPE, problemDocument } from '../problem/problem-document.js';
import { PROBLEM_TYPES } from '../problem/problem-types.js';
import type { ProblemException } from '../problem/problem.exception.js';
import { SoldOutGate } from '../sold-out/sold-out-gate.js';
import { CONFIG } from '../tokens.js';
import { clientAddress, trustOf, type IsTrusted } from './client-address.js';
import { Draining } from './graceful-shutdown.js';
import { measure } from './http-metrics.js';
import { isJson } from './request-input.js';
import { bearerToken } from './identity.hook.js';
import { Pace } from './throttle.js';
import { rateLimited, RateLimiter } from './limits.js';
import { isPath } from './request-path.js';
import { beginTrace } from './request-telemetry.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const ROUTE = '/v1/orders';
/** A longer body is left to the framework. */
const BODY_BYTES_MAX = 4_096;
/**
 * Who comes again at once, whatever he is told, is answered no faster than this: a flood of refusals would leave no
 * time to hear of those who were let in.
 */
const OVERLOADS_A_SECOND_MAX = 4_000;

/**
 * Answers the orders that a crowd is refused, before the framework is entered: a whole request costs several times as
 * much, and in a flood of them those who were let in are not heard. Under overload that is everybody. Of what is sold
 * out it is who would otherwise be told the same by the framework, in the same words, unless he came too often;
 * whatever is not plain (an unknown token, a faulty body) is left to it.
 */
@Injectable()
export class EarlyRefusals implements OnModuleDestroy {
  private trustsTraceparent = false;
  private readonly overloads = new Pace(OVERLOADS_A_SECOND_MAX);
  private readonly isTrusted: IsTrusted;
  /** Those with a refusal that waits: one each, so that the limit of connections bounds them. */
  private readonly waiting = new WeakSet<Socket>();

  constructor(
    private readonly admission: Admission,
    private readonly gate: SoldOutGate,
    private readonly tokens: TokenVerifier,
    private readonly draining: Draining,
    private readonly rates: RateLimiter,
    @Inject(CONFIG) { trustProxy }: GatewayConfig,
  ) {
    this.isTrusted = trustOf(trustProxy);
  }

  /** Handles the server's requests first and passes them on to its request handler. */
  standBefore(server: Server, trustsTraceparent = false): void {
    this.trustsTraceparent = trustsTraceparent;
    const [handle] = server.listeners('request') as Handler[];
    if (handle === undefined) throw new Error('The server has no request handler yet.');
    server.removeAllListeners('request');
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      if (request.method === 'POST' && isPath(request.url ?? '', ROUTE)) this.look(request, response, handle);
      else handle(request, response);
    });
  }

  /** Who waits is told before the connections are closed. */
  onModuleDestroy(): void {
    this.overloads.flush();
  }

  private look(request: IncomingMessage, response: ServerResponse, handle: Handler): void {
    const overload = this.admission.refusal();
    if (overload) {
      this.refuseInTurn(request, response, this.rateRefusal(request) ?? overload);
      return;
    }
    const length = Number(request.headers['content-length']);
    if (!this.gate.isClosed || !(length > 0 && length <= BODY_BYTES_MAX)) {
      handle(request, response);
      return;
    }
    request.once('readable', () => {
      const body = request.read() as Buffer | null;
      const refusal = body?.length === length ? this.refusalOf(request, body) : undefined;
      if (refusal) {
        this.refusal(request, response, refusal)();
        return;
      }
      if (body) request.unshift(body);
      handle(request, response);
    });
  }

  private refusalOf(request: IncomingMessage, bytes: Buffer): ProblemException | undefined {
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
   * Counts a request that the framework will not see. It is refused for that only when the caller is a known customer:
   * what an address is told is refused anyway, and then a later Retry-After serves the many behind it better.
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

  private refuseInTurn(request: IncomingMessage, response: ServerResponse, problem: ProblemException): void {
    const { socket } = request;
    if (this.waiting.has(socket)) {
      // Node reads on while there is no answer: whoever sends without waiting would be remembered without a bound.
      socket.destroy();
      return;
    }
    this.waiting.add(socket);
    const answer = this.refusal(request, response, problem);
    const task = (): void => {
      this.waiting.delete(socket);
      answer();
    };
    response.once('close', () => this.overloads.cancel(task));
    this.overloads.do(task);
  }

  /** Begins to trace and measure `request`, and gives what answers it. */
  private refusal(request: IncomingMessage, response: ServerResponse, problem: ProblemException): () => void {
    const { method = '', headers, httpVersion, url = ROUTE } = request;
    const { traceparent, span } = beginTrace(
      {
        method,
        headers,
        httpVersion,
        url,
        route: ROUTE,
        scheme: 'http',
        host: headers.host ?? '',
        trustsTraceparent: this.trustsTraceparent,
      },
      response,
    );
    span?.setAttributes({
      'doorbuster.problem.code': problem.code,
      ...(problem.code === 'OUT_OF_STOCK' && { 'doorbuster.gate.refused': true }),
    });
    measure({ method, scheme: 'http', route: ROUTE }, response);
    return () => {
      const body = JSON.stringify(problemDocument(problem, url, traceparent));
      response.writeHead(PROBLEM_TYPES[problem.code].status, {
        ...problem.headers,
        traceparent,
        'content-type': `${PROBLEM_MEDIA_TYPE}; charset=utf-8`,
        'content-length': Buffer.byteLength(body),
        ...(this.draining.isUnderWay && { connection: 'close' }),
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
