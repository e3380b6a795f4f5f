import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import { ProblemException } from '../problem/problem.exception.js';

const PARAMETER = /;\s*([^=;\s]+)\s*=\s*("[^"]*"|[^;\s]*)/g;
/** ASCII is the same in UTF-8. */
const CHARSETS = ['utf-8', 'utf8', 'us-ascii'];

/** Whether a `Content-Type` is JSON that is read as what it says it is: a charset other than UTF-8 would not be. */
export function isJson(contentType: string | undefined): boolean {
  const [mediaType = ''] = (contentType ?? '').split(';', 1);
  if (mediaType.trim().toLowerCase() !== 'application/json') return false;
  return [...(contentType ?? '').matchAll(PARAMETER)].every(
    ([, name, value = '']) =>
      name?.toLowerCase() !== 'charset' || CHARSETS.includes(value.replaceAll('"', '').toLowerCase()),
  );
}

/** Bodies are JSON in UTF-8 and nothing else. An empty body counts as absent; a route that needs one requires it by its schema. */
export function parseOnlyJson(fastify: FastifyInstance): void {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (body.length === 0) return done(null, undefined);
    if (!isJson(request.headers['content-type'])) {
      return done(new ProblemException('UNSUPPORTED_MEDIA_TYPE', 'Send the body in UTF-8.'));
    }
    if (!isUtf8(body)) return done(new ProblemException('MALFORMED_JSON', 'The body is not UTF-8.'));
    void parse(request, body.toString('utf8'), (error, value) => {
      if (error)
        done(new ProblemException('MALFORMED_JSON', 'The body is not JSON that we take.', { cause: error }));
      else done(null, value);
    });
  });
}
