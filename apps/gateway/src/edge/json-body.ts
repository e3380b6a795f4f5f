import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import { ProblemException } from '../problem/problem.exception.js';

/** Bodies are JSON in UTF-8 and nothing else. An empty one is none: whoever needs one says so by its schema. */
export function parseOnlyJson(fastify: FastifyInstance): void {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (body.length === 0) return done(null, undefined);
    if (!isUtf8(body)) return done(new ProblemException('MALFORMED_JSON', 'The body is not UTF-8.'));
    void parse(request, body.toString('utf8'), (error, value) => {
      if (error)
        done(new ProblemException('MALFORMED_JSON', 'The body is not JSON that we take.', { cause: error }));
      else done(null, value);
    });
  });
}
