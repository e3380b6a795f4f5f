import type { FastifyInstance } from 'fastify';
import { clientAddress, type IsTrusted } from './client-address.js';
import { quotaHeaders, rateLimited, type RateLimiter } from './limits.js';

/** Probes and development tokens, by matched route: the spelling of the request line does not matter. */
const UNLIMITED = new Set(['/healthz', '/readyz', '/v1/auth/token']);

/** Refuses requests beyond the caller's limit, unknown routes included. Each replica counts for itself. */
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
