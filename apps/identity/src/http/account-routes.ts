import { role as roleSchema, type Actor } from '@doorbuster/contracts';
import { Injectable } from '@nestjs/common';
import { createLocalJWKSet, jwtVerify, type JWK } from 'jose';
import type { Context, Middleware } from 'koa';
import { z } from 'zod';
import { Accounts } from '../accounts/accounts.service.js';
import { PasswordsBusyError } from '../accounts/passwords.js';
import { AUDIENCE, IdentityConfig, issuerOf } from '../identity.config.js';
import { SIGNING_ALGORITHM, type KeySet } from '../keys/signing-keys.js';
import { readBody } from './page-middleware.js';

const PATH = '/account';
const BEARER = /^Bearer +([\w.~+/-]+=*)$/i;
const deletion = z.strictObject({ password: z.string() });

/** Of a problem document. */
interface Refused {
  status: number;
  code: string;
  detail: string;
  retryAfterSeconds?: number;
}

/** `GET /id/account` exports what is stored about a person; `DELETE /id/account` forgets it. With an access token. */
@Injectable()
export class AccountRoutes {
  constructor(
    private readonly accounts: Accounts,
    private readonly config: IdentityConfig,
  ) {}

  middleware(keys: KeySet): Middleware {
    const find = createLocalJWKSet({ keys: keys.map(publicPart) });
    const expected = {
      issuer: issuerOf(this.config),
      audience: AUDIENCE,
      algorithms: [SIGNING_ALGORITHM],
      typ: 'at+jwt',
      requiredClaims: ['sub', 'exp'],
    };
    return async (ctx, next) => {
      if (ctx.path !== PATH) return next();
      const token = BEARER.exec(ctx.get('authorization'))?.[1] ?? '';
      const claims = await jwtVerify(token, find, expected).then(
        ({ payload }) => payload,
        () => undefined,
      );
      if (claims?.sub === undefined) return refuse(ctx, UNAUTHENTICATED);
      const role = roleSchema.safeParse(claims['role']).data ?? 'customer';
      if (ctx.method === 'GET') return this.export(ctx, claims.sub);
      if (ctx.method === 'DELETE') return this.delete(ctx, { customerId: claims.sub, role });
      ctx.set('allow', 'GET, DELETE');
      refuse(ctx, { status: 405, code: 'METHOD_NOT_ALLOWED', detail: 'Use GET or DELETE.' });
    };
  }

  private async export(ctx: Context, id: string): Promise<void> {
    const exported = await this.accounts.export(id);
    if (!exported) return refuse(ctx, UNAUTHENTICATED);
    ctx.set('content-disposition', 'attachment; filename="account.json"');
    ctx.body = exported;
  }

  /** A token is not enough: it could be stolen, and what is deleted does not come back. */
  private async delete(ctx: Context, actor: Actor): Promise<void> {
    const account = await this.accounts.findById(actor.customerId);
    if (!account) return refuse(ctx, UNAUTHENTICATED);
    const body = deletion.safeParse(parseJson(await readBody(ctx, 'application/json')));
    if (!body.success) {
      return refuse(ctx, { status: 400, code: 'VALIDATION_FAILED', detail: 'Send {"password": "..."}.' });
    }
    const credentials = { email: account.email, password: body.data.password.normalize('NFKC') };
    const outcome = await this.accounts.login(credentials, ctx.ip).catch((error: unknown) => {
      if (error instanceof PasswordsBusyError) return { kind: 'busy' as const };
      throw error;
    });
    switch (outcome.kind) {
      case 'busy':
        return refuse(ctx, {
          status: 503,
          code: 'SERVICE_UNAVAILABLE',
          detail: 'Try again.',
          retryAfterSeconds: 2,
        });
      case 'wrong':
        return refuse(ctx, { status: 403, code: 'FORBIDDEN', detail: 'The password is wrong.' });
      case 'throttled': {
        const { retryAfterSeconds } = outcome;
        const detail = 'Too many attempts. Try again after Retry-After.';
        return refuse(ctx, { status: 429, code: 'RATE_LIMITED', detail, retryAfterSeconds });
      }
      case 'done':
        await this.accounts.delete(actor, account.id);
        ctx.status = 204;
    }
  }
}

const UNAUTHENTICATED: Refused = {
  status: 401,
  code: 'UNAUTHENTICATED',
  detail: 'Send an access token of this issuer as Authorization: Bearer.',
};

function refuse(ctx: Context, { status, code, detail, retryAfterSeconds }: Refused): void {
  ctx.status = status;
  if (status === 401) ctx.set('www-authenticate', 'Bearer');
  if (retryAfterSeconds !== undefined) ctx.set('retry-after', String(retryAfterSeconds));
  ctx.body = { type: 'about:blank', title: code, status, code, detail };
  ctx.type = 'application/problem+json';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const publicPart = ({ kty, crv, x, y, kid, alg, use }: JWK): JWK => ({ kty, crv, x, y, kid, alg, use });
