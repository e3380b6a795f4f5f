import { childTraceparent } from '@doorbuster/telemetry';
import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /** W3C trace context of this request: the caller's trace, or a new one. */
    traceparent: string;
  }
}

/** Gives every request its place in a trace, and every response the header that says so. */
export function traceRequests(fastify: FastifyInstance): void {
  fastify.decorateRequest('traceparent', '');
  fastify.addHook('onRequest', (request, reply, done) => {
    const { traceparent } = request.headers;
    request.traceparent = childTraceparent(typeof traceparent === 'string' ? traceparent : undefined);
    reply.header('traceparent', request.traceparent);
    done();
  });
}
