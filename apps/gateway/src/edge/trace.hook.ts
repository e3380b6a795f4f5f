import { childTraceparent, traceparentOf } from '@doorbuster/telemetry';
import {
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Span,
} from '@opentelemetry/api';
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_NETWORK_PROTOCOL_VERSION,
  ATTR_SERVER_ADDRESS,
  ATTR_URL_PATH,
  ATTR_URL_SCHEME,
  ATTR_USER_AGENT_ORIGINAL,
} from '@opentelemetry/semantic-conventions';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /** W3C trace context of this request: the caller's trace, or a new one. */
    traceparent: string;
    /** `null` where the trace is not recorded. */
    span: Span | null;
  }
}

/** Asked for every few seconds by whoever watches us, and of no interest afterwards. */
const UNTRACED = new Set(['/healthz', '/readyz']);

const tracer = trace.getTracer('doorbuster');

/**
 * Gives every request its place in a trace, and every response the header that says so. Node's own HTTP instrumentation
 * does that too, and takes as long as the rest of a small request: it wraps every socket and event of it.
 */
export function traceRequests(fastify: FastifyInstance): void {
  fastify.decorateRequest('traceparent', '');
  fastify.decorateRequest('span', null);
  fastify.addHook('onRequest', (request, reply, done) => {
    const span = UNTRACED.has(request.routeOptions.url ?? '') ? undefined : startServerSpan(request);
    const { traceparent } = request.headers;
    const own = traceparentOf(span);
    // Without a tracer a span has the identity of its parent, and the caller would be told its own.
    request.traceparent =
      own !== undefined && own !== traceparent
        ? own
        : childTraceparent(typeof traceparent === 'string' ? traceparent : undefined);
    if (span?.isRecording()) {
      request.span = span;
      // Whoever has left gets no response, and so no `onResponse` either.
      reply.raw.once('close', () => endServerSpan(span, reply));
    }
    reply.header('traceparent', request.traceparent);
    done();
  });
  // Not sooner: while the body is read, Node goes on in the context of the socket.
  fastify.addHook('preHandler', ({ span }, _reply, done) => {
    if (span) context.with(trace.setSpan(ROOT_CONTEXT, span), done);
    else done();
  });
}

/** https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server */
function startServerSpan(request: FastifyRequest): Span {
  const { url: route } = request.routeOptions;
  const parent = propagation.extract(ROOT_CONTEXT, request.headers);
  const name = route === undefined ? request.method : `${request.method} ${route}`;
  return tracer.startSpan(name, { kind: SpanKind.SERVER, attributes: attributesOf(request, route) }, parent);
}

function endServerSpan(span: Span, { raw, statusCode }: FastifyReply): void {
  if (raw.headersSent) span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, statusCode);
  if (!raw.writableFinished) span.setAttribute(ATTR_ERROR_TYPE, 'client_disconnected');
  else if (statusCode >= 500) {
    span.setAttribute(ATTR_ERROR_TYPE, String(statusCode));
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}

function attributesOf(request: FastifyRequest, route: string | undefined): Attributes {
  const userAgent = request.headers['user-agent'];
  return {
    [ATTR_HTTP_REQUEST_METHOD]: request.method,
    [ATTR_URL_PATH]: request.url.split('?', 1)[0] ?? '',
    [ATTR_URL_SCHEME]: request.protocol,
    [ATTR_SERVER_ADDRESS]: request.hostname,
    [ATTR_NETWORK_PROTOCOL_VERSION]: request.raw.httpVersion,
    ...(route !== undefined && { [ATTR_HTTP_ROUTE]: route }),
    ...(userAgent !== undefined && { [ATTR_USER_AGENT_ORIGINAL]: userAgent }),
  };
}
