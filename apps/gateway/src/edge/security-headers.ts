import { resolveSecurityHeaders } from '@nestjs/core/security/security-headers.js';
import type { FastifyInstance } from 'fastify';

/** Those of Nest's `useSecurityHeaders`, by name in lower case. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = Object.fromEntries(
  resolveSecurityHeaders({
    // The gateway has no TLS of its own, so browsers must not upgrade to it.
    contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
  }).headers.map(([name, value]) => [name.toLowerCase(), value]),
);

/**
 * Sends the security headers with Fastify's. Nest sets each of them on Node's response, which then takes its slow path
 * for all headers.
 */
export function addSecurityHeaders(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (_request, reply, done) => {
    reply.headers(SECURITY_HEADERS);
    done();
  });
}
