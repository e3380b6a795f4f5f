import {
  createServer,
  STATUS_CODES,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import { newTraceparent } from '@doorbuster/telemetry';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { TrustProxy } from '../gateway.config.js';
import { PROBLEM_MEDIA_TYPE, problemDocument } from '../problem/problem-document.js';
import { PROBLEM_TYPES } from '../problem/problem-types.js';
import { ProblemException } from '../problem/problem.exception.js';
import { BODY_BYTES_MAX } from './body-limit.js';
import { trustOf } from './identity.js';

const CONNECTIONS_MAX = 20_000;
const HEADER_BYTES_MAX = 16 * 1024;
/** Longer than any id, so that a path with a longer one is a 404 like any other. */
const PATH_PARAM_MAX = 4_096;
/** Maximum time to receive a header, and to receive a request. */
const RECEIVE_MS_MAX = 15_000;
/** Longer than the longest wait for an answer. */
const SILENCE_MS_MAX = 90_000;
/** Longer than load balancers keep idle connections, so that the gateway does not close one that they are about to use. */
const KEEP_ALIVE_MS = 75_000;

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

export interface HttpServer {
  adapter: FastifyAdapter;
  /** Has no request handler yet. */
  server: Server;
  /** Fastify's handler of requests. */
  handle: RequestHandler;
}

/**
 * Fastify on a server of ours, whose requests pass the connection guard and the load shedder before Fastify's handler.
 * @param onError answers what Fastify refuses before routing
 */
export function createHttpServer(
  trustProxy: TrustProxy,
  onError: (error: Error, request: FastifyRequest, reply: FastifyReply) => void,
): HttpServer {
  const server = createServer({
    headersTimeout: RECEIVE_MS_MAX,
    requestTimeout: RECEIVE_MS_MAX,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: HEADER_BYTES_MAX,
  });
  server.setTimeout(SILENCE_MS_MAX);
  server.maxConnections = CONNECTIONS_MAX;
  let handle!: RequestHandler;
  const adapter = new FastifyAdapter({
    serverFactory: (fastifyHandler: RequestHandler) => {
      handle = fastifyHandler;
      return server;
    },
    bodyLimit: BODY_BYTES_MAX,
    trustProxy: trustOf(trustProxy),
    routerOptions: { maxParamLength: PATH_PARAM_MAX },
    // During shutdown, requests on open connections are still answered.
    return503OnClosing: false,
    clientErrorHandler: onClientError,
    frameworkErrors: onError,
  });
  return { adapter, server, handle };
}

/** Answers what Node could not parse as HTTP. There is no request or response then. */
function onClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (!socket.writable) {
    socket.destroy(error);
    return;
  }
  const problem = new ProblemException(
    'BAD_REQUEST',
    'The request is not well-formed HTTP, too slow, or its header is too large.',
  );
  sendProblem(socket, problem, newTraceparent());
}

/** Writes a problem document on a connection without a request in progress, then ends the connection. */
export function sendProblem(socket: Socket, problem: ProblemException, traceparent: string): void {
  const body = JSON.stringify(problemDocument(problem, '', traceparent));
  const { status } = PROBLEM_TYPES[problem.code];
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `content-type: ${PROBLEM_MEDIA_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    ...Object.entries(problem.headers).map(([name, value]) => `${name}: ${value}`),
    `traceparent: ${traceparent}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
