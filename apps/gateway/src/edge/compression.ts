import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';

/** Smaller answers fit into a packet or two as they are. */
const BYTES_MIN = 1_024;
/** Better than gzip, and about as fast. */
const BROTLI_QUALITY = 4;

/**
 * The lists. Their items say nothing secret that a caller could have guessed by the length of an answer, and they have
 * no ETag that would have to differ. Orders that are placed are answered as they are.
 */
const COMPRESSED = new Set([
  '/v1/products',
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

/** Compresses long lists for who accepts that, outside of the event loop. */
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
      // Afterwards: what answers HEAD takes the length of this, and leaves out the body.
      ...[route.onSend ?? []].flat(),
    ];
  });
}

/** The better of what an `Accept-Encoding` takes, https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3 */
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
