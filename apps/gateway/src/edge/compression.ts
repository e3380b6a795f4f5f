import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';

/** Smaller responses fit into a packet or two uncompressed. */
const BYTES_MIN = 1_024;
/** Smaller than gzip, and about as fast. */
const BROTLI_QUALITY = 4;

/**
 * Lists. They have no secrets that the length of a compressed response could reveal, and no ETag that would have to
 * differ. Responses to placed orders are not compressed.
 */
const COMPRESSED = new Set([
  '/v1/products',
  '/v1/categories',
  '/v1/sales',
  '/v1/orders',
  '/v1/orders/:id/timeline',
  '/v1/sagas',
  '/v1/dead-letters',
]);

export type Encoding = 'br' | 'gzip';

const compressors: Record<Encoding, (bytes: Buffer) => Promise<Buffer>> = {
  br: (bytes) =>
    promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } }),
  gzip: (bytes) => promisify(gzip)(bytes),
};

/** Compresses long lists for clients that accept it, outside of the event loop. */
export function compressLists(fastify: FastifyInstance): void {
  fastify.addHook('onRoute', (route) => {
    if (!['GET', 'HEAD'].includes(String(route.method)) || !COMPRESSED.has(route.url)) return;
    route.onSend = [
      async (request, reply, payload) => {
        reply.header('vary', 'accept-encoding');
        const encoding = encodingFor(request.headers['accept-encoding']);
        if (encoding === undefined || reply.statusCode !== 200 || typeof payload !== 'string') return payload;
        if (payload.length < BYTES_MIN) return payload;
        const bytes = await compressors[encoding](Buffer.from(payload));
        reply.header('content-encoding', encoding).header('content-length', bytes.length);
        return bytes;
      },
      // Last: the handler of HEAD takes the length of the compressed body, and drops the body.
      ...[route.onSend ?? []].flat(),
    ];
  });
}

/** The better encoding that an `Accept-Encoding` accepts, https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3 */
export function encodingFor(header: string | string[] | undefined): Encoding | undefined {
  const weights = new Map(
    String(header ?? '')
      .toLowerCase()
      .split(',')
      .map((entry) => {
        const [name = '', ...parameters] = entry.split(';').map((part) => part.trim());
        const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
        return [name, weight === undefined ? 1 : Number(weight)] as const;
      }),
  );
  const weightOf = (encoding: Encoding): number => weights.get(encoding) ?? weights.get('*') ?? 0;
  const [br, zipped] = [weightOf('br'), weightOf('gzip')];
  if (br > 0 && br >= zipped) return 'br';
  return zipped > 0 ? 'gzip' : undefined;
}
