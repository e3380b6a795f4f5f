import { hash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { invalidFields } from '../problem/problem.exception.js';

/** A JSON body with its ETag, to be sent to any number of clients. */
export interface Rendered {
  text: string;
  etag: string;
}

/**
 * The ETag is strong: a hash of the whole representation, with the stock. Before its dot it has the version of what an
 * admin can change, which {@link versionsIn} reads from `If-Match`.
 */
export function render(body: object, version: number | undefined): Rendered {
  const text = JSON.stringify(body);
  const digest = hash('sha1', text, 'base64url');
  return { text, etag: version === undefined ? `"${digest}"` : `"${version}.${digest}"` };
}

/** The ETag of the response to a change, for the next `If-Match`. */
export const versionTag = ({ version }: { version?: number | undefined }): Record<string, string> =>
  version === undefined ? {} : { etag: `"${version}"` };

const TAGS = /^(?:\s*,)*\s*(?:W\/)?"[^"]*"(?:\s*,(?:\s*(?:W\/)?"[^"]*")?)*\s*$/;
const VERSION = /^"([1-9]\d{0,8})(?:\.[\w-]+)?"$/;
const VERSIONS_MAX = 32;

/**
 * The versions in `If-Match`; `undefined` without the header and for `*`. Only the version of a tag is compared, since
 * stock may change before a change of the product. Weak and unknown tags match nothing
 * (https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1, strong comparison).
 *
 * @throws {ProblemException} VALIDATION_FAILED when the header is not a list of entity tags
 */
export function versionsIn(ifMatch: string | undefined): number[] | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  const tags = ifMatch.split(',').map((tag) => tag.trim());
  if (!TAGS.test(ifMatch) || tags.length > VERSIONS_MAX) {
    throw invalidFields([{ path: 'If-Match', message: `must be * or up to ${VERSIONS_MAX} entity tags` }]);
  }
  return tags.flatMap((tag) => Number(VERSION.exec(tag)?.[1] ?? [])).filter((version) => version > 0);
}

/** Sends JSON with an ETag, or 304 when the client has it already. */
export function sendConditionally(
  request: FastifyRequest,
  reply: FastifyReply,
  { text, etag }: Rendered,
): string | undefined {
  // Clients may store it but must revalidate: stock changes by the second.
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
