import { newTraceparent } from '@doorbuster/telemetry';
import type { Socket } from 'node:net';
import { PROBLEM_MEDIA_TYPE, problemDocument } from '../problem/problem-document.js';
import { ProblemException } from '../problem/problem.exception.js';

/** Answers what Node could not read as HTTP, where there is no request to answer through. */
export function onClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (!socket.writable) {
    socket.destroy(error);
    return;
  }
  const traceparent = newTraceparent();
  const problem = new ProblemException(
    'BAD_REQUEST',
    'The request is not well-formed HTTP, too slow, or its header is too large.',
  );
  const body = JSON.stringify(problemDocument(problem, '', traceparent));
  const head = [
    'HTTP/1.1 400 Bad Request',
    `content-type: ${PROBLEM_MEDIA_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    `traceparent: ${traceparent}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
