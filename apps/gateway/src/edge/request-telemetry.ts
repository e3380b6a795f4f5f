import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { childTraceparent, traceparentOf } from '@doorbuster/telemetry';
import {
  context,
  metrics,
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
  METRIC_HTTP_SERVER_REQUEST_DURATION,
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

/** Only requests of the API are traced. Files, probes and the addresses that browsers and scanners guess are in the metrics alone. */
const TRACED = '/v1/';

const NO_HEADERS: IncomingHttpHeaders = {};

const tracer = trace.getTracer('doorbuster');
const meter = metrics.getMeter('doorbuster.gateway');

const duration = meter.createHistogram(METRIC_HTTP_SERVER_REQUEST_DURATION, {
  description: 'Duration of HTTP server requests.',
  unit: 's',
  advice: {
    explicitBucketBoundaries: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
  },
});
/** Active requests by the attributes of their metrics. Read at each export, which costs less than a record at each begin and end. */
const activeRequests = new Map<Attributes, number>();
/** Not stable in the conventions yet, so their package has no constant for it. */
meter
  .createObservableUpDownCounter('http.server.active_requests', {
    description: 'Number of active HTTP server requests.',
    unit: '{request}',
  })
  .addCallback((result) => {
    for (const [attributes, count] of activeRequests) result.observe(count, attributes);
  });

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const OTHER_METHOD = '_OTHER';

/**
 * Starts a server span for every request and measures it, and sets `traceparent` on the response. The HTTP
 * instrumentation for Node is not used: it wraps every socket and event, and takes as long as the rest of a small request.
 */
export function observeRequests(fastify: FastifyInstance, trustsTraceparent: boolean): void {
  fastify.decorateRequest('traceparent', '');
  fastify.decorateRequest('span', null);
  fastify.addHook('onRequest', (request, reply, done) => {
    const { method, url, headers, protocol: scheme, routeOptions } = request;
    const { httpVersion } = request.raw;
    const described = {
      method,
      url,
      headers,
      httpVersion,
      scheme,
      hostOf: () => request.hostname,
      route: routeOptions.url,
      trustsTraceparent,
    };
    const { traceparent, span } = observeRequest(described, reply.raw);
    request.traceparent = traceparent;
    request.span = span;
    reply.header('traceparent', traceparent);
    done();
  });
  // Not in onRequest: while the body is read, Node runs in the context of the socket.
  fastify.addHook('preHandler', ({ span }, _reply, done) => {
    if (span) context.with(trace.setSpan(ROOT_CONTEXT, span), done);
    else done();
  });
}

/** What a span and the metrics say about a request. */
interface DescribedRequest {
  method: string;
  /** Path and query. */
  url: string;
  headers: IncomingHttpHeaders;
  httpVersion: string;
  scheme: string;
  /** Called for recorded requests only. */
  hostOf: () => string;
  /** The router's pattern, such as `/v1/orders/:id`; `undefined` for an unknown path. */
  route: string | undefined;
  /** Whether to continue the caller's trace, recorded or not as its flag says. */
  trustsTraceparent: boolean;
}

/**
 * Measures the request and starts a server span, until `response` ends. Without trust the request gets a trace of our own: our sampler decides
 * whether it is recorded, and the span has a link to the caller's.
 */
export function observeRequest(
  described: DescribedRequest,
  response: ServerResponse,
): { traceparent: string; span: Span | null } {
  measure(described, response);
  const { route, url } = described;
  const span = (route ?? url).startsWith(TRACED) ? startServerSpan(described) : undefined;
  const { traceparent } = described.trustsTraceparent ? described.headers : NO_HEADERS;
  const own = traceparentOf(span);
  const isRecorded = span?.isRecording() === true;
  // Fastify calls no `onResponse` when the client has disconnected.
  if (isRecorded) response.on('close', () => endServerSpan(span, response));
  return {
    // Without a tracer the span has its parent's context, which is the caller's own.
    traceparent:
      own !== undefined && own !== traceparent
        ? own
        : childTraceparent(typeof traceparent === 'string' ? traceparent : undefined),
    span: isRecorded ? span : null,
  };
}

/** https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server */
function startServerSpan(described: DescribedRequest): Span {
  const { method, route } = described;
  const caller = propagation.extract(ROOT_CONTEXT, described.headers);
  const name = route === undefined ? method : `${method} ${route}`;
  const { trustsTraceparent } = described;
  const linked = trustsTraceparent ? undefined : trace.getSpanContext(caller);
  const options = { kind: SpanKind.SERVER, ...(linked && { links: [{ context: linked }] }) };
  const span = tracer.startSpan(name, options, trustsTraceparent ? caller : ROOT_CONTEXT);
  // Not at the start: the tracer would copy them for every request, and few are recorded.
  if (span.isRecording()) span.setAttributes(attributesOf(described));
  return span;
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

function attributesOf({
  method,
  url,
  headers,
  httpVersion,
  scheme,
  hostOf,
  route,
}: DescribedRequest): Attributes {
  const userAgent = headers['user-agent'];
  return {
    [ATTR_HTTP_REQUEST_METHOD]: method,
    [ATTR_URL_PATH]: url.split('?', 1)[0] ?? '',
    [ATTR_URL_SCHEME]: scheme,
    [ATTR_SERVER_ADDRESS]: hostOf(),
    [ATTR_NETWORK_PROTOCOL_VERSION]: httpVersion,
    ...(route !== undefined && { [ATTR_HTTP_ROUTE]: route }),
    ...(userAgent !== undefined && { [ATTR_USER_AGENT_ORIGINAL]: userAgent }),
  };
}

/** Measures a request until the last byte of its response, or until the client has disconnected. */
function measure(
  { method, scheme, route }: Pick<DescribedRequest, 'method' | 'scheme' | 'route'>,
  response: ServerResponse,
): void {
  const startedAt = performance.now();
  const common = commonAttributes(method, scheme);
  countActive(common, 1);
  response.on('close', () => {
    countActive(common, -1);
    duration.record((performance.now() - startedAt) / 1_000, { ...common, ...ending(route, response) });
  });
}

const countActive = (attributes: Attributes, change: number): void =>
  void activeRequests.set(attributes, (activeRequests.get(attributes) ?? 0) + change);

const COMMON: Readonly<Record<'http' | 'https', ReadonlyMap<string, Attributes>>> = {
  http: attributesByMethod('http'),
  https: attributesByMethod('https'),
};

/** One object for each method and scheme, which bounds the values of the labels. */
function commonAttributes(method: string, scheme: string): Attributes {
  const byMethod = COMMON[scheme === 'https' ? 'https' : 'http'];
  return byMethod.get(method) ?? byMethod.get(OTHER_METHOD) ?? {};
}

function attributesByMethod(scheme: string): ReadonlyMap<string, Attributes> {
  return new Map(
    [...METHODS, OTHER_METHOD].map((method) => [
      method,
      { [ATTR_HTTP_REQUEST_METHOD]: method, [ATTR_URL_SCHEME]: scheme },
    ]),
  );
}

/** An unknown path has no `http.route`, which bounds the values of the label. */
function ending(url: string | undefined, { headersSent, statusCode }: ServerResponse): Attributes {
  const route: Attributes = url === undefined ? {} : { [ATTR_HTTP_ROUTE]: url };
  if (!headersSent) return { ...route, [ATTR_ERROR_TYPE]: 'aborted' };
  return {
    ...route,
    [ATTR_HTTP_RESPONSE_STATUS_CODE]: statusCode,
    ...(statusCode >= 500 && { [ATTR_ERROR_TYPE]: String(statusCode) }),
  };
}
