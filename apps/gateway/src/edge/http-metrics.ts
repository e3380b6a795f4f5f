import { metrics, type Attributes } from '@opentelemetry/api';
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_URL_SCHEME,
  METRIC_HTTP_SERVER_REQUEST_DURATION,
} from '@opentelemetry/semantic-conventions';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

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

/** Measures every request to its end: the last byte of its answer, or the moment that the caller is gone. */
export function measureRequests(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    const startedAt = performance.now();
    const common = {
      // Any text may be a method, and a label must not be any text.
      [ATTR_HTTP_REQUEST_METHOD]: METHODS.includes(request.method) ? request.method : '_OTHER',
      [ATTR_URL_SCHEME]: request.protocol === 'https' ? 'https' : 'http',
    };
    active.add(1, common);
    reply.raw.once('close', () => {
      active.add(-1, common);
      duration.record((performance.now() - startedAt) / 1_000, { ...common, ...ending(request, reply) });
    });
    done();
  });
}

/** What was no route has no `http.route`: paths that anybody makes up are no labels either. */
function ending({ routeOptions }: FastifyRequest, { raw }: FastifyReply): Attributes {
  const route: Attributes = routeOptions.url === undefined ? {} : { [ATTR_HTTP_ROUTE]: routeOptions.url };
  if (!raw.headersSent) return { ...route, [ATTR_ERROR_TYPE]: 'aborted' };
  const { statusCode } = raw;
  return {
    ...route,
    [ATTR_HTTP_RESPONSE_STATUS_CODE]: statusCode,
    ...(statusCode >= 500 && { [ATTR_ERROR_TYPE]: String(statusCode) }),
  };
}
