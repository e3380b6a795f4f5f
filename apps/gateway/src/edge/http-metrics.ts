import type { ServerResponse } from 'node:http';
import { metrics, type Attributes } from '@opentelemetry/api';
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_URL_SCHEME,
  METRIC_HTTP_SERVER_REQUEST_DURATION,
} from '@opentelemetry/semantic-conventions';
import type { FastifyInstance } from 'fastify';
import type { Asked } from './request-telemetry.js';

const meter = metrics.getMeter('doorbuster.gateway');

const duration = meter.createHistogram(METRIC_HTTP_SERVER_REQUEST_DURATION, {
  description: 'Duration of HTTP server requests.',
  unit: 's',
  advice: {
    explicitBucketBoundaries: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
  },
});
/** Not stable in the conventions yet, which is why their package does not name it. */
const active = meter.createUpDownCounter('http.server.active_requests', {
  description: 'Number of active HTTP server requests.',
  unit: '{request}',
});

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Measures every request that comes to the framework. */
export function measureRequests(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', ({ method, protocol, routeOptions }, { raw }, done) => {
    measure({ method, scheme: protocol, route: routeOptions.url }, raw);
    done();
  });
}

/** Measures a request to its end: the last byte of its answer, or the moment that the caller is gone. */
export function measure(
  { method, scheme, route }: Pick<Asked, 'method' | 'scheme' | 'route'>,
  response: ServerResponse,
): void {
  const startedAt = performance.now();
  const common = {
    // Any text may be a method, and a label must not be any text.
    [ATTR_HTTP_REQUEST_METHOD]: METHODS.includes(method) ? method : '_OTHER',
    [ATTR_URL_SCHEME]: scheme === 'https' ? 'https' : 'http',
  };
  active.add(1, common);
  response.once('close', () => {
    active.add(-1, common);
    duration.record((performance.now() - startedAt) / 1_000, { ...common, ...ending(route, response) });
  });
}

/** What was no route has no `http.route`: paths that anybody makes up are no labels either. */
function ending(url: string | undefined, { headersSent, statusCode }: ServerResponse): Attributes {
  const route: Attributes = url === undefined ? {} : { [ATTR_HTTP_ROUTE]: url };
  if (!headersSent) return { ...route, [ATTR_ERROR_TYPE]: 'aborted' };
  return {
    ...route,
    [ATTR_HTTP_RESPONSE_STATUS_CODE]: statusCode,
    ...(statusCode >= 500 && { [ATTR_ERROR_TYPE]: String(statusCode) }),
  };
}
