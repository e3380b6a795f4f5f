import { isTransient, logRetry } from '@doorbuster/persistence';
import type { Logger } from '@doorbuster/telemetry';
import type { Context, Middleware } from 'koa';
import { messagePage } from '../pages/pages.js';

const RETRY_SECONDS = 5;

/** Answers what a route of ours throws. Refusals such as 413 are left to Koa. */
export const answerFailures =
  (logger: Logger): Middleware =>
  async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      if ((error as { expose?: boolean }).expose === true || ctx.headerSent) throw error;
      // The route may have left the answer to the provider, which then failed.
      ctx.respond = true;
      answerFailure(ctx, error, logger);
    }
  };

/** Answers 503 while the database is away, and 500 otherwise: a browser gets a page, other clients a problem. */
export function answerFailure(ctx: Context, err: unknown, logger: Logger): void {
  const isAway = isTransient(err);
  if (isAway) logRetry(logger, err, 'a request was not served, the database is unavailable');
  else logger.error({ err }, 'a request could not be served');
  ctx.status = isAway ? 503 : 500;
  if (isAway) ctx.set('retry-after', String(RETRY_SECONDS));
  const detail = isAway
    ? 'Accounts are restarting. Try again in a moment.'
    : 'Something is wrong on our side. Try again in a moment.';
  if (ctx.accepts('json', 'html') === 'html') {
    ctx.type = 'html';
    ctx.body = messagePage('That did not work', detail);
    return;
  }
  const code = isAway ? 'SERVICE_UNAVAILABLE' : 'INTERNAL_ERROR';
  // `error` is for clients of the token endpoint, https://www.rfc-editor.org/rfc/rfc6749#section-5.2
  const error = isAway ? 'temporarily_unavailable' : 'server_error';
  ctx.body = { type: 'about:blank', title: code, status: ctx.status, code, detail, error };
  ctx.type = 'application/problem+json';
}
