import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
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
import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /** W3C trace context of this request: a new trace, or the caller's where it is trusted. */
    traceparent: string;
    /** `null` where the trace is not recorded. */
    span: Span | null;
  }
}

/** Asked for every few seconds by whoever watches us, and of no interest afterwards. */
const UNTRACED = new Set(['/healthz', '/readyz']);

const NO_HEADERS: IncomingHttpHeaders = {};

const tracer = trace.getTracer('doorbuster');

/**
 * Gives every request its place in a trace, and every response the header that says so. Node's own HTTP instrumentation
 * does that too, and takes as long as the rest of a small request: it wraps every socket and event of it.
 */
export function traceRequests(fastify: FastifyInstance, trustsTraceparent: boolean): void {
  fastify.decorateRequest('traceparent', '');
  fastify.decorateRequest('span', null);
  fastify.addHook('onRequest', (request, reply, done) => {
    const { method, url, headers, protocol: scheme, hostname: host, routeOptions } = request;
    const { httpVersion } = request.raw;
    const asked = {
      method,
      url,
      headers,
      httpVersion,
      scheme,
      host,
      route: routeOptions.url,
      trustsTraceparent,
    };
    const { traceparent, span } = beginTrace(asked, reply.raw);
    request.traceparent = traceparent;
    request.span = span;
    reply.header('traceparent', traceparent);
    done();
  });
  // Not sooner: while the body is read, Node goes on in the context of the socket.
  fastify.addHook('preHandler', ({ span }, _reply, done) => {
    if (span) context.with(trace.setSpan(ROOT_CONTEXT, span), done);
    else done();
  });
}

/** What is to be told of a request. */
export interface Asked {
  method: string;
  /** Path and query. */
  url: string;
  headers: IncomingHttpHeaders;
  httpVersion: string;
  scheme: string;
  host: string;
  /** As the router knows it: `/v1/orders/:id`; `undefined` where it knows none. */
  route: string | undefined;
  /** Whether the caller's trace goes on here, recorded or not as the caller says. */
  trustsTraceparent: boolean;
}

/**
 * The place of a request in a trace, with a span that ends with `response` where the trace is recorded. A caller that is not
 * trusted gets a trace of our own: our sampler decides whether it is recorded, and the span has a link to the caller's.
 */
export function beginTrace(
  asked: Asked,
  response: ServerResponse,
): { traceparent: string; span: Span | null } {
  const span = UNTRACED.has(asked.route ?? '') ? undefined : startServerSpan(asked);
  const { traceparent } = asked.trustsTraceparent ? asked.headers : NO_HEADERS;
  const own = traceparentOf(span);
  const isRecorded = span?.isRecording() === true;
  // Whoever has left gets no response, and so no `onResponse` of the framework either.
  if (isRecorded) response.once('close', () => endServerSpan(span, response));
  return {
    // Without a tracer a span has the identity of its parent, and the caller would be told its own.
    traceparent:
      own !== undefined && own !== traceparent
        ? own
        : childTraceparent(typeof traceparent === 'string' ? traceparent : undefined),
    span: isRecorded ? span : null,
  };
}

/** https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server */
function startServerSpan(asked: Asked): Span {
  const { method, route } = asked;
  const caller = propagation.extract(ROOT_CONTEXT, asked.headers);
  const name = route === undefined ? method : `${method} ${route}`;
  const options = { kind: SpanKind.SERVER, attributes: attributesOf(asked) };
  if (asked.trustsTraceparent) return tracer.startSpan(name, options, caller);
  const linked = trace.getSpanContext(caller);
  return tracer.startSpan(
    name,
    { ...options, ...(linked && { links: [{ context: linked }] }) },
    ROOT_CONTEXT,
  );
}

function endServerSpan(span: Span, { headersSent, statusCode, writableFinished }: ServerResponse): void {
  if (headersSent) span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, statusCode);
  if (!writableFinished) span.setAttribute(ATTR_ERROR_TYPE, 'client_disconnected');
  else if (statusCode >= 500) {
    span.setAttribute(ATTR_ERROR_TYPE, String(statusCode));
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}

function attributesOf({ method, url, headers, httpVersion, scheme, host, route }: Asked): Attributes {
  const userAgent = headers['user-agent'];
  return {
    [ATTR_HTTP_REQUEST_METHOD]: method,
    [ATTR_URL_PATH]: url.split('?', 1)[0] ?? '',
    [ATTR_URL_SCHEME]: scheme,
    [ATTR_SERVER_ADDRESS]: host,
    [ATTR_NETWORK_PROTOCOL_VERSION]: httpVersion,
    ...(route !== undefined && { [ATTR_HTTP_ROUTE]: route }),
    ...(userAgent !== undefined && { [ATTR_USER_AGENT_ORIGINAL]: userAgent }),
  };
}
