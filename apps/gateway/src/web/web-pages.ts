import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyStaticOptions } from '@fastify/static';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** What `npm run build` made of `apps/web`. */
const WEB_ROOT = fileURLToPath(new URL('dist/', import.meta.resolve('@doorbuster/web/package.json')));

/** Names have a hash of the content, so a file never changes. Compressed copies are beside them on disk. */
export const WEB_ASSETS = {
  root: path.join(WEB_ROOT, 'assets'),
  prefix: '/assets/',
  index: false,
  immutable: true,
  maxAge: '365d',
  preCompressed: true,
} satisfies FastifyStaticOptions;

/** The pages load nothing from elsewhere, and run nothing that is not a file of theirs. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Paths that are no pages: the API, its documentation, the login, and files. */
const NO_PAGE = /^\/(?:(?:v1|docs|id|assets)(?:\/|$)|[^/]*\.[^/]*$)/;

/** Whether a browser opens a page of the shop. The page itself says so when there is none at the path. */
export const isPageRequest = ({ method, url, headers }: FastifyRequest): boolean =>
  (method === 'GET' || method === 'HEAD') &&
  /\btext\/html\b/i.test(headers.accept ?? '') &&
  !NO_PAGE.test(url.split('?', 1)[0] ?? '');

/** Sends the one page, which shows what its address names. It names files of one build, so browsers ask for it each time. */
export const sendPage = (reply: FastifyReply): FastifyReply =>
  reply
    .code(200)
    .headers({
      'cache-control': 'no-cache',
      'content-security-policy': CONTENT_SECURITY_POLICY,
      vary: 'accept, accept-encoding',
    })
    .sendFile('index.html', WEB_ROOT, { cacheControl: false });
