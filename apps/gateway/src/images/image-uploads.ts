import { IMAGE_TYPES, IMAGE_UPLOAD_BYTES_MAX } from '@doorbuster/contracts';
import type { FastifyInstance, onRequestHookHandler } from 'fastify';
import { assertAllowed } from '../edge/identity.js';
import { ProblemException } from '../problem/problem.exception.js';

const ROUTE = '/v1/products/:sku/images';
/** An upload is in memory as a whole, and one part of it once more in base64. */
const UPLOADS_MAX = 4;

/** Lets one route receive images. Who may not upload, or sends another type, is refused before the body is read. */
export function receiveImages(fastify: FastifyInstance): void {
  fastify.addContentTypeParser<Buffer>([...IMAGE_TYPES], { parseAs: 'buffer' }, (request, body, done) => {
    if (request.routeOptions.url === ROUTE) done(null, body);
    else
      done(new ProblemException('UNSUPPORTED_MEDIA_TYPE', 'Send JSON, with Content-Type: application/json.'));
  });
  const admit = admitUploads();
  fastify.addHook('onRoute', (route) => {
    if (route.url !== ROUTE || route.method !== 'POST') return;
    route.bodyLimit = IMAGE_UPLOAD_BYTES_MAX;
    route.onRequest = [...[route.onRequest ?? []].flat(), admit];
  });
}

function admitUploads(): onRequestHookHandler {
  let running = 0;
  return (request, reply, done) => {
    try {
      assertAllowed(request, ['admin']);
      assertImage(request.headers['content-type']);
    } catch (error) {
      return done(error as Error);
    }
    if (running >= UPLOADS_MAX) {
      return done(
        new ProblemException('SERVICE_OVERLOADED', 'Other images are being uploaded. Try again in a moment.'),
      );
    }
    running += 1;
    reply.raw.once('close', () => (running -= 1));
    done();
  };
}

function assertImage(contentType: string | undefined): void {
  const [mediaType = ''] = (contentType ?? '').split(';', 1);
  const types: readonly string[] = IMAGE_TYPES;
  if (types.includes(mediaType.trim().toLowerCase())) return;
  throw new ProblemException(
    'UNSUPPORTED_MEDIA_TYPE',
    `Send the file itself as the body, with Content-Type: ${types.join(', ')}.`,
  );
}
