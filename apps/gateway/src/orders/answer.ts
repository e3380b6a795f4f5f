import type { FastifyReply } from 'fastify';

/** What a use case answers with when a bare body would not say it all. */
export interface Answer<T> {
  status: number;
  headers?: Record<string, string>;
  body: T;
}

/** Sets status and headers, and hands the body to Nest. */
export function send<T>(reply: FastifyReply, { status, headers = {}, body }: Answer<T>): T {
  void reply.code(status).headers(headers);
  return body;
}
