import { hash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Sends JSON with an ETag, or 304 to whoever has it already. Serialises once. */
export function sendConditionally(
  request: FastifyRequest,
  reply: FastifyReply,
  body: object,
): string | undefined {
  const text = JSON.stringify(body);
  const etag = `"${hash('sha1', text, 'base64url')}"`;
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
function isAmong(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.split(',').some((each) => {
    const known = each.trim().replace(/^W\//, '');
    return known === etag || known === '*';
  });
}
