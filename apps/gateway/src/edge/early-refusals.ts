import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { idempotencyKey, placeOrderBody, type PlaceOrderBody } from '@doorbuster/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { Admission } from '../admission/admission.js';
import { TokenVerifier } from '../auth/token-verifier.js';
import { PROBLEM_MEDIA_TYPE, problemDocument } from '../problem/problem-document.js';
import { PROBLEM_TYPES } from '../problem/problem-types.js';
import type { ProblemException } from '../problem/problem.exception.js';
import { SoldOutGate } from '../sold-out/sold-out-gate.js';
import { Draining } from './draining.js';
import { measure } from './http-metrics.js';
import { bearerToken } from './identity.hook.js';
import { Pace } from './pace.js';
import { beginTrace } from './trace.hook.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const ROUTE = '/v1/orders';
/** A longer body is left to the framework. */
const BODY_BYTES_MAX = 4_096;
/**
 * Who comes again at once, whatever he is told, is answered no faster than this, and everybody has the connection limit
 * of answers waiting: a flood of refusals would leave no time to hear of those who were let in.
 */
const OVERLOADS_A_SECOND_MAX = 4_000;
const JSON_MEDIA_TYPE = /^application\/json\s*(?:;|$)/i;

/**
 * Answers the orders that a crowd is refused, before the framework is entered: a whole request costs several times as
 * much, and in a flood of them those who were let in are not heard. What is refused here the framework would refuse
 * too, in the same words; whatever is not plain (an unknown token, a faulty body) is left to it.
 */
@Injectable()
export class EarlyRefusals {
  private readonly overloads = new Pace(OVERLOADS_A_SECOND_MAX);

  constructor(
    @Inject(Admission) private readonly admission: Admission,
    @Inject(SoldOutGate) private readonly gate: SoldOutGate,
    @Inject(TokenVerifier) private readonly tokens: TokenVerifier,
    @Inject(Draining) private readonly draining: Draining,
  ) {}

  /** Puts itself between the server and what handles its requests. */
  standBefore(server: Server): void {
    const [handle] = server.listeners('request') as Handler[];
    if (handle === undefined) throw new Error('The server has no request handler yet.');
    server.removeAllListeners('request');
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      if (request.method === 'POST' && request.url === ROUTE) this.look(request, response, handle);
      else handle(request, response);
    });
  }

  private look(request: IncomingMessage, response: ServerResponse, handle: Handler): void {
    const overload = this.admission.refusal();
    if (overload) {
      this.overloads.do(() => this.refuse(request, response, overload));
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
        this.refuse(request, response, refusal);
        return;
      }
      if (body) request.unshift(body);
      handle(request, response);
    });
  }

  private refusalOf({ headers }: IncomingMessage, bytes: Buffer): ProblemException | undefined {
    if (!JSON_MEDIA_TYPE.test(headers['content-type'] ?? '')) return undefined;
    const token = bearerToken(headers.authorization);
    const caller = token === undefined ? undefined : this.tokens.known(token);
    if (caller?.role !== 'customer') return undefined;
    const key = idempotencyKey.safeParse(headers['idempotency-key']);
    const body = parseBody(bytes);
    if (!key.success || !body) return undefined;
    return this.gate.refusalOf({ customerId: caller.customerId, idempotencyKey: key.data, body });
  }

  private refuse(request: IncomingMessage, response: ServerResponse, problem: ProblemException): void {
    const { method = '', headers, httpVersion } = request;
    const { traceparent, span } = beginTrace(
      {
        method,
        headers,
        httpVersion,
        url: ROUTE,
        route: ROUTE,
        scheme: 'http',
        host: headers.host ?? '',
      },
      response,
    );
    span?.setAttributes({
      'doorbuster.problem.code': problem.code,
      ...(problem.code === 'OUT_OF_STOCK' && { 'doorbuster.gate.refused': true }),
    });
    measure({ method, scheme: 'http', route: ROUTE }, response);
    const body = JSON.stringify(problemDocument(problem, ROUTE, traceparent));
    response.writeHead(PROBLEM_TYPES[problem.code].status, {
      ...problem.headers,
      traceparent,
      'content-type': `${PROBLEM_MEDIA_TYPE}; charset=utf-8`,
      'content-length': Buffer.byteLength(body),
      ...(this.draining.isUnderWay && { connection: 'close' }),
    });
    response.end(body);
  }
}

function parseBody(bytes: Buffer): PlaceOrderBody | undefined {
  try {
    return placeOrderBody.safeParse(JSON.parse(bytes.toString())).data;
  } catch {
    return undefined;
  }
}
