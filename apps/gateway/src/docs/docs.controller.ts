import { hash } from 'node:crypto';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { Controller, Get, Header, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Allow } from '../edge/identity.js';
import { GatewayConfig } from '../gateway.config.js';
import { encodingFor } from '../edge/compression.js';
import { isAmong } from '../products/conditional-requests.js';
import { DOCS_PAGE } from './docs-page.js';
import { DOCS_SCRIPT } from './docs-script.js';
import { openApi } from './openapi.js';

@Controller()
@Allow('anyone')
export class DocsController {
  /** Compressed once; all responses share these bytes. */
  private readonly variants: Record<'br' | 'gzip' | 'identity', { bytes: Buffer; etag: string }>;

  constructor({ issuesTokens }: GatewayConfig) {
    const document = JSON.stringify(openApi({ issuesTokens }));
    const etag = `"${hash('sha1', document, 'base64url')}"`;
    const variant = (bytes: Buffer, encoding: string) => ({
      bytes,
      etag: etag.replace(/"$/, `-${encoding}"`),
    });
    this.variants = {
      br: variant(brotliCompressSync(document), 'br'),
      gzip: variant(gzipSync(document), 'gzip'),
      identity: { bytes: Buffer.from(document), etag },
    };
  }

  @Get('openapi.json')
  openapi(
    @Req() { headers }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Buffer | undefined {
    const encoding = encodingFor(headers['accept-encoding']) ?? 'identity';
    const { bytes, etag } = this.variants[encoding];
    void reply.headers({ etag, vary: 'accept-encoding', 'cache-control': 'no-cache' });
    if (isAmong(headers['if-none-match'], etag)) {
      void reply.code(304);
      return undefined;
    }
    if (encoding !== 'identity') void reply.header('content-encoding', encoding);
    void reply.type('application/json; charset=utf-8');
    return bytes;
  }

  @Get('docs')
  @Header('content-type', 'text/html; charset=utf-8')
  docs(): string {
    return DOCS_PAGE;
  }

  @Get('docs/start.js')
  @Header('content-type', 'text/javascript; charset=utf-8')
  start(): string {
    return DOCS_SCRIPT;
  }
}
