import type { FastifyReply, FastifyRequest } from 'fastify';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { ProblemFilter } from '../problem/problem.filter.js';
import { trustOf, type TrustProxy } from './client-address.js';
import { onClientError } from './client-error.js';

const BODY_BYTES_MAX = 64 * 1024;
const CONNECTIONS_MAX = 20_000;
const HEADER_BYTES_MAX = 16 * 1024;
/** The longest path parameter that is looked at: longer than any id, so that a long one is a 404 as any other. */
const PATH_PARAM_MAX = 4_096;
/** A header must come within this time, and a body too. */
const RECEIVE_MS_MAX = 15_000;
/** Longer than the longest wait for an answer. */
const SILENCE_MS_MAX = 90_000;
/** Longer than load balancers keep theirs, so that it is not we who close a connection they are about to use. */
const KEEP_ALIVE_MS = 75_000;

/** Fastify with a limit on everything, and with problem documents for what never comes to a route. */
export function httpServer(trustProxy: TrustProxy, filter: ProblemFilter): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_BYTES_MAX,
    trustProxy: trustOf(trustProxy),
    connectionTimeout: SILENCE_MS_MAX,
    requestTimeout: RECEIVE_MS_MAX,
    keepAliveTimeout: KEEP_ALIVE_MS,
    http: { headersTimeout: RECEIVE_MS_MAX, maxHeaderSize: HEADER_BYTES_MAX },
    routerOptions: { maxParamLength: PATH_PARAM_MAX },
    // While shutting down, what comes over an open connection is still answered.
    return503OnClosing: false,
    clientErrorHandler: onClientError,
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
      filter.answer(error, request, reply),
  });
  const { server } = adapter.getInstance();
  server.maxConnections = CONNECTIONS_MAX;
  return adapter;
}
