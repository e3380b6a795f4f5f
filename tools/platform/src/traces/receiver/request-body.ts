import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { HttpError } from '../http/answer.js';

/** The SDK exports 512 spans at a time, well below this. */
const BODY_BYTES_MAX = 4 * 1024 * 1024;
/** After decompression. */
const CONTENT_BYTES_MAX = 8 * 1024 * 1024;

const unzip = promisify(gunzip);

/** Called with the number of bytes received, or decompressed. */
type Charge = (bytes: number) => void;

/** Reads and decompresses the body of a request. @throws HttpError */
export async function readBody(request: IncomingMessage, charge: Charge): Promise<Buffer> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity' && encoding !== 'gzip') {
    throw new HttpError(415, 'UNSUPPORTED_ENCODING', 'content-encoding is gzip or nothing');
  }
  const body = await collect(request, charge);
  return encoding === 'identity' ? body : unpack(body, charge);
}

async function unpack(body: Buffer, charge: Charge): Promise<Buffer> {
  try {
    const content = await unzip(body, { maxOutputLength: CONTENT_BYTES_MAX });
    charge(content.length);
    return content;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE')
      throw new HttpError(400, 'BAD_GZIP', 'the body is not gzip');
    charge(CONTENT_BYTES_MAX);
    throw tooLarge();
  }
}

async function collect(request: IncomingMessage, charge: Charge): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > BODY_BYTES_MAX) throw tooLarge();
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    charge(chunk.length);
    if (bytes > BODY_BYTES_MAX) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const tooLarge = (): HttpError =>
  new HttpError(413, 'TOO_LARGE', `a body is ${BODY_BYTES_MAX} bytes at most, ${CONTENT_BYTES_MAX} unpacked`);
