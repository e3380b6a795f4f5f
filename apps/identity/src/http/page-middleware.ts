import type { Context, Middleware } from 'koa';
import { STYLES, STYLES_PATH } from '../pages/styles.js';

/**
 * No script, no foreign host, no frame. The provider adds the hash of the script of a page that sends itself on, which also has
 * a button.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'none'",
  "style-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const IMMUTABLE = 'public, max-age=31536000, immutable';

/** Headers of every response. */
export const guard: Middleware = async (ctx, next) => {
  ctx.set('content-security-policy', POLICY);
  ctx.set('x-content-type-options', 'nosniff');
  ctx.set('x-frame-options', 'DENY');
  // With no-referrer, browsers would send `Origin: null` with the forms.
  ctx.set('referrer-policy', 'same-origin');
  ctx.set('cache-control', 'no-store');
  await next();
};

export const styles: Middleware = async (ctx, next) => {
  if (ctx.path !== STYLES_PATH || ctx.method !== 'GET') return next();
  ctx.type = 'css';
  ctx.set('cache-control', IMMUTABLE);
  ctx.body = STYLES;
};

const FORM_BYTES_MAX = 8 * 1_024;

/** @throws 413, 415 as Koa's errors */
export async function readBody(ctx: Context, mediaType: string): Promise<string> {
  if (ctx.is(mediaType) !== mediaType) ctx.throw(415, `Send ${mediaType}.`);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of ctx.req as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > FORM_BYTES_MAX) ctx.throw(413, `Send at most ${FORM_BYTES_MAX} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
