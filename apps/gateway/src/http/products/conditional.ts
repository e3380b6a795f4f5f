import { hash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** A body that is ready to be sent, to any number of people. */
export interface Rendered {
  text: string;
  etag: string;
}

export function render(body: object): Rendered {
  const text = JSON.stringify(body);
  return { text, etag: `"${hash('sha1', text, 'base64url')}"` };
}

/** Sends JSON with an ETag, or 304 to whoever has it already. */
export function sendConditionally(
  request: FastifyRequest,
  reply: FastifyReply,
  { text, etag }: Rendered,
): string | undefined {
  // To be kept, but asked about each time: stock changes by the second.
  void reply.headers({ etag, 'cache-control': 'no-cache' });
  if (isAmong(request.headers['if-none-match'], etag)) {
    void reply.code(304);
    return undefined;
  }
  void reply.type('application/json; charset=utf-8');
  return text;
}

/** https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2, weak comparison */
export function isAmong(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.split(',').some((each) => {
    const known = each.trim().replace(/^W\//, '');
    return known === etag || known === '*';
  });
}
