import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Allow } from '../edge/identity.js';
import { ProblemException } from '../problem/problem.exception.js';
import { isAmong } from '../products/conditional-requests.js';
import { ImageReader } from './image-reader.js';

const FILE = /^([0-9a-f]{64})\.webp$/;
/** The address has the hash of the bytes, so they never change. */
const HEADERS = {
  'cache-control': 'public, max-age=31536000, immutable',
  // An image runs nothing, even when a browser opens it as a page.
  'content-security-policy': `default-src 'none'; sandbox`,
  // A shop at another address may show them.
  'cross-origin-resource-policy': 'cross-origin',
  'x-content-type-options': 'nosniff',
};

@Controller('v1/images')
@Allow('anyone')
export class ImagesController {
  constructor(private readonly images: ImageReader) {}

  @Get(':file')
  async get(
    @Param('file') file: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer | undefined> {
    const [, sha256] = FILE.exec(file) ?? [];
    if (sha256 === undefined) throw new ProblemException('IMAGE_NOT_FOUND', 'There is no such image.');
    const content = await this.images.read(sha256);
    const etag = `"${sha256}"`;
    void reply.headers({ ...HEADERS, etag });
    if (isAmong(request.headers['if-none-match'], etag)) {
      void reply.code(304);
      return undefined;
    }
    void reply.type('image/webp');
    return content;
  }
}
