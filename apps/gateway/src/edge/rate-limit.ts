import fastifyRateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ProblemException } from '../problem/problem.exception.js';

const WINDOW_MS = 1_000;
/** Callers counted at once; the one not seen for longest is forgotten first. */
const CALLERS_MAX = 50_000;

/**
 * So many requests a second and customer, by address for who has no token. Each replica counts for itself. Operators
 * are not customers, and what is not under /v1, or only hands out development tokens, is not for sale.
 */
export async function limitRates(fastify: FastifyInstance, requestsPerSecondMax: number): Promise<void> {
  await fastify.register(fastifyRateLimit, {
    max: requestsPerSecondMax,
    timeWindow: WINDOW_MS,
    cache: CALLERS_MAX,
    enableDraftSpec: true,
    keyGenerator: ({ actor, ip }: FastifyRequest) =>
      actor ? `customer ${actor.customerId}` : fastifyRateLimit.normalizeIP(ip),
    allowList: ({ actor, url }: FastifyRequest) =>
      actor?.role === 'admin' || !url.startsWith('/v1/') || url === '/v1/auth/token',
    errorResponseBuilder: () =>
      new ProblemException(
        'RATE_LIMITED',
        `At most ${requestsPerSecondMax} requests a second. Try again after Retry-After.`,
      ),
  });
}
