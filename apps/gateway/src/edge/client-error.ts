import { newTraceparent } from '@doorbuster/telemetry';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { PROBLEM_MEDIA_TYPE, problemDocument } from '../problem/problem-document.js';
import { PROBLEM_TYPES } from '../problem/problem-types.js';
import { ProblemException } from '../problem/problem.exception.js';

/** Answers what Node could not read as HTTP, where there is no request to answer through. */
export function onClientError(error: NodeJS.ErrnoException, socket: Socket): void {
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
