import { Agent, request as send, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ProblemException } from '../problem/problem.exception.js';

const IDENTITY_PATH = '/id/';
/** Forms and requests for tokens are short. */
const BODY_BYTES_MAX = 16 * 1_024;
const IN_FLIGHT_MAX = 256;
const CONNECTIONS_MAX = 64;
/** Maximum time until the response begins, and between two parts of it. */
const SILENCE_MS_MAX = 10_000;
const METHODS = ['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS'];

/** https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1, and the length, which follows from the body that is sent on */
const OF_CONNECTION = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** The gateway says itself who the client is. */
const OF_CLIENT = /^(?:forwarded|x-forwarded-.*|x-real-ip|via|traceparent|tracestate|baggage)$/;

/** Sends requests below `/id/` to identity. Nothing else of it can be reached, and it sees the client's address only from here. */
export class IdentityProxy {
  private readonly agent = new Agent({
    keepAlive: true,
    maxSockets: CONNECTIONS_MAX,
    timeout: SILENCE_MS_MAX,
  });
  private inFlight = 0;
  private turn = 0;

  /** @param urls of replicas; another one is tried when a connection is refused */
  constructor(private readonly urls: readonly URL[]) {}

  /** @param onError answers an error of the route */
  serve(
    fastify: FastifyInstance,
    onError: (error: unknown, request: FastifyRequest, reply: FastifyReply) => void,
  ): void {
    fastify.addHook('onClose', async () => this.agent.destroy());
    void fastify.register(async (scope) => {
      // Only here: elsewhere a body is JSON. The text is not parsed.
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser(
        '*',
        { parseAs: 'buffer', bodyLimit: BODY_BYTES_MAX },
        (_request, body, done) => done(null, body),
      );
      scope.setErrorHandler((error, request, reply) =>
        onError(codeOf(error) === 'FST_ERR_CTP_BODY_TOO_LARGE' ? tooLarge() : error, request, reply),
      );
      scope.route({
        method: METHODS,
        url: `${IDENTITY_PATH}*`,
        exposeHeadRoute: false,
        handler: (request, reply) => this.forward(request, reply),
      });
    });
  }

  private async forward(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    if (this.inFlight >= IN_FLIGHT_MAX) {
      throw new ProblemException(
        'SERVICE_OVERLOADED',
        'Many people are logging in. Try again after Retry-After.',
      );
    }
    this.inFlight += 1;
    reply.raw.once('close', () => {
      this.inFlight -= 1;
    });
    const response = await this.ask(request, reply);
    reply.raw.once('close', () => response.destroy());
    return reply
      .code(response.statusCode ?? 502)
      .headers(endToEnd(response.headers))
      .send(response);
  }

  private async ask(request: FastifyRequest, reply: FastifyReply): Promise<IncomingMessage> {
    this.turn += 1;
    for (let attempt = 1; ; attempt += 1) {
      const url = this.urls[(this.turn + attempt) % this.urls.length] as URL;
      try {
        return await this.askOne(url, request, reply);
      } catch (error) {
        if (attempt > this.urls.length || !mayRepeat(error, request.method)) throw toProblem(error);
      }
    }
  }

  private askOne(url: URL, request: FastifyRequest, reply: FastifyReply): Promise<IncomingMessage> {
    const body = Buffer.isBuffer(request.body) ? request.body : undefined;
    return new Promise((resolve, reject) => {
      const upstream = send(
        {
          host: url.hostname.replace(/^\[|\]$/g, ''),
          port: url.port || 80,
          method: request.method,
          path: pathOf(request),
          headers: headersFor(request, body),
          agent: this.agent,
          timeout: SILENCE_MS_MAX,
        },
        resolve,
      );
      upstream.once('timeout', () => upstream.destroy(new SilentIdentityError('no answer in time')));
      upstream.once('error', reject);
      reply.raw.once('close', () => upstream.destroy());
      upstream.end(body);
    });
  }
}

/** Elsewhere a body may have more. */
const tooLarge = (): ProblemException =>
  new ProblemException(
    'PAYLOAD_TOO_LARGE',
    `A body may have at most ${BODY_BYTES_MAX / 1_024} KiB here. Send less in one request.`,
  );

class SilentIdentityError extends Error {
  override readonly name = 'SilentIdentityError';
  readonly code = 'SILENT_IDENTITY';
}

/** @throws {ProblemException} NOT_FOUND for another form of the path, which identity might read in another way */
function pathOf({ raw: { url = '' } }: FastifyRequest): string {
  if (url.startsWith(IDENTITY_PATH)) return url;
  throw new ProblemException(
    'NOT_FOUND',
    'No such path. GET /id/.well-known/openid-configuration lists them.',
  );
}

function headersFor(
  request: FastifyRequest,
  body: Buffer | undefined,
): Record<string, string | string[] | number> {
  const kept = Object.entries(endToEnd(request.headers)).filter(([name]) => !OF_CLIENT.test(name));
  return {
    ...Object.fromEntries(kept),
    'x-forwarded-for': request.ip,
    'x-forwarded-proto': request.protocol,
    'x-forwarded-host': request.host,
    traceparent: request.traceparent,
    // Without one a body would be sent in chunks, and a request without a body could be misread.
    ...((body !== undefined || request.method === 'POST') && { 'content-length': body?.length ?? 0 }),
  };
}

/** Without the headers of the connection, and those that `Connection` names. */
function endToEnd(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  const named = new Set((headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase()));
  return Object.fromEntries(
    Object.entries(headers).filter(
      (entry): entry is [string, string | string[]] =>
        entry[1] !== undefined && !OF_CONNECTION.has(entry[0]) && !named.has(entry[0]),
    ),
  );
}

const codeOf = (error: unknown): string => (error as { code?: string } | null)?.code ?? '';

/** A request that was not received, or whose repetition changes nothing. */
const mayRepeat = (error: unknown, method: string): boolean =>
  ['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH'].includes(codeOf(error)) ||
  (['ECONNRESET', 'EPIPE'].includes(codeOf(error)) && ['GET', 'HEAD'].includes(method));

function toProblem(error: unknown): ProblemException {
  if (error instanceof ProblemException) return error;
  return error instanceof SilentIdentityError
    ? new ProblemException('SERVICE_TIMEOUT', 'Accounts did not answer in time. Try again.', { cause: error })
    : new ProblemException('SERVICE_UNAVAILABLE', 'Accounts are restarting. Try again in a moment.', {
        cause: error,
      });
}
