import type { FastifyInstance } from 'fastify';
import { clientAddress, type IsTrusted } from './client-address.js';
import { quotaHeaders, rateLimited, type RateLimiter } from './rate-limiter.js';

/** By the route that the router found, whatever the request line looks like. Probes and development tokens. */
const UNLIMITED = new Set(['/healthz', '/readyz', '/v1/auth/token']);

/** Refuses what a caller asks beyond the limit, on every route and where there is none. Each replica counts for itself. */
export function limitRates(fastify: FastifyInstance, rates: RateLimiter, isTrusted: IsTrusted): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    if (UNLIMITED.has(request.routeOptions.url ?? '')) return done();
    const quota = rates.take(request.actor, clientAddress(request.raw, isTrusted));
    if (quota === undefined) return done();
    if (quota.isExceeded) return done(rateLimited(quota));
    reply.headers(quotaHeaders(quota));
    done();
  });
}
