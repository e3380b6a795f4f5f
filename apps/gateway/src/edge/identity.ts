import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { actor, role, type Actor, type Role } from '@doorbuster/contracts';
import { traceIdOf } from '@doorbuster/telemetry';
import proxyAddr from '@fastify/proxy-addr';
import {
  createParamDecorator,
  Injectable,
  SetMetadata,
  type CanActivate,
  type CustomDecorator,
  type ExecutionContext,
} from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import {
  createRemoteJWKSet,
  decodeProtectedHeader,
  errors,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyOptions,
} from 'jose';
import { LRUCache } from 'lru-cache';
import type { AuthConfig, TrustProxy } from '../gateway.config.js';
import { ProblemException } from '../problem/problem.exception.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The caller; `null` without a valid token. */
    actor: Actor | null;
    /** Why the token was not accepted. The guard throws it on a route that needs a role. */
    authFailure: ProblemException | null;
  }
}

export type IsTrusted = (address: string, hop: number) => boolean;

export function trustOf(trust: TrustProxy): IsTrusted {
  if (trust === false) return () => false;
  if (typeof trust === 'number') return (_address, hop) => hop < trust;
  return proxyAddr.compile(trust);
}

/** The client's address: the nearest one that is not a trusted proxy. An entry that is not an IP address is ignored. */
export function clientAddress(request: IncomingMessage, isTrusted: IsTrusted): string {
  const peer = request.socket.remoteAddress ?? '';
  if (request.headers['x-forwarded-for'] === undefined || !isTrusted(peer, 0)) return peer;
  const address = proxyAddr(request, isTrusted);
  return isIP(address) === 0 ? peer : address;
}

/** Verifying a signature costs as much as the rest of a small request, so verified tokens are cached. */
const KNOWN_TOKENS_MAX = 20_000;
/** Maximum characters of cached tokens. Tokens of some issuers have several KiB. */
const KNOWN_CHARACTERS_MAX = 16 * 1024 ** 2;
/**
 * A key that its issuer removed is no longer accepted after a minute: the keys are fetched again after half a minute, and a
 * verified token is verified again after another half.
 */
const TRUST_MS = { keys: 30_000, token: 30_000 };
const CLOCK_TOLERANCE_SECONDS = 5;
const JWKS_TIMEOUT_MS = 3_000;
const ASYMMETRIC = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'];

type Verify = (token: string) => Promise<JWTPayload>;

/** Finds the actor of a token. */
export class TokenVerifier {
  private readonly tokens: LRUCache<string, Actor>;

  constructor(
    private readonly check: Verify,
    private readonly knownMsMax: number = TRUST_MS.token,
  ) {
    this.tokens = new LRUCache({
      max: KNOWN_TOKENS_MAX,
      maxSize: KNOWN_CHARACTERS_MAX,
      sizeCalculation: (_, token) => token.length,
      ttl: knownMsMax,
    });
  }

  /** The actor of a token that was verified in the last half minute and has not expired. */
  known(token: string): Actor | undefined {
    return this.tokens.get(token);
  }

  /** @throws {ProblemException} UNAUTHENTICATED, or SERVICE_UNAVAILABLE when the issuer's keys cannot be fetched */
  async verify(token: string): Promise<Actor> {
    const claims = await this.check(token).catch((error: unknown) => {
      throw isIssuerAway(error)
        ? issuerAway(error)
        : badToken('The token is not valid, or no longer.', error);
    });
    const owner = actor.safeParse({
      customerId: claims.sub,
      role: role.safeParse(claims['role']).data ?? 'customer',
    });
    if (!owner.success) throw badToken('The subject of the token is no customer id.', owner.error);
    const leftMs = claims.exp === undefined ? this.knownMsMax : claims.exp * 1_000 - Date.now();
    if (leftMs > 0) this.tokens.set(token, owner.data, { ttl: Math.min(leftMs, this.knownMsMax) });
    return owner.data;
  }
}

/** A verifier of tokens that are signed with `secret` (HS256), or by the issuer that `auth` names. */
export const tokenVerifier = (auth: AuthConfig, secret: Uint8Array, trustMs = TRUST_MS): TokenVerifier =>
  new TokenVerifier(checkOf(auth, secret, trustMs.keys), trustMs.token);

function checkOf(auth: AuthConfig, secret: Uint8Array, cacheMaxAge: number): Verify {
  if (auth.kind === 'secret') return checkBySecret(secret, expectedOf(auth));
  const byKeySet = checkByKeySet(auth.url, expectedOf(auth), cacheMaxAge);
  const { development } = auth;
  if (development === undefined) return byKeySet;
  const bySecret = checkBySecret(secret, expectedOf(development));
  return (token) => (isSignedWithSecret(token) ? bySecret : byKeySet)(token);
}

/** Chooses only what verifies the token: each accepts its own algorithms, issuer and audience. */
function isSignedWithSecret(token: string): boolean {
  try {
    return decodeProtectedHeader(token).alg === 'HS256';
  } catch {
    return false;
  }
}

const expectedOf = ({ issuer, audience }: AuthConfig): JWTVerifyOptions => ({
  issuer,
  audience,
  clockTolerance: CLOCK_TOLERANCE_SECONDS,
  requiredClaims: ['sub', 'exp'],
});

function checkByKeySet(url: URL, expected: JWTVerifyOptions, cacheMaxAge: number): Verify {
  const keys = createRemoteJWKSet(url, { timeoutDuration: JWKS_TIMEOUT_MS, cacheMaxAge });
  return async (token) => (await jwtVerify(token, keys, { ...expected, algorithms: ASYMMETRIC })).payload;
}

function checkBySecret(secret: Uint8Array, expected: JWTVerifyOptions): Verify {
  return async (token) => (await jwtVerify(token, secret, { ...expected, algorithms: ['HS256'] })).payload;
}

/** jose reports a response that is no key set by its general code, and rethrows what `fetch` throws. */
const isIssuerAway = (error: unknown): boolean =>
  !(error instanceof errors.JOSEError) ||
  ['ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID', 'ERR_JOSE_GENERIC'].includes(error.code);

const issuerAway = (cause: unknown): ProblemException =>
  new ProblemException(
    'SERVICE_UNAVAILABLE',
    "The token issuer's keys cannot be had. Try again in a moment.",
    { cause },
  );

const badToken = (detail: string, cause: unknown): ProblemException =>
  new ProblemException('UNAUTHENTICATED', detail, {
    cause,
    headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
  });

const BEARER = /^Bearer +([\w.~+/-]+=*)$/i;

export const bearerToken = (authorization: string | undefined): string | undefined =>
  BEARER.exec(authorization ?? '')?.[1];

/** Sets `request.actor` before all other hooks, so that the rate limit can count by customer. */
export function identifyCallers(fastify: FastifyInstance, verifier: TokenVerifier): void {
  fastify.decorateRequest('actor', null);
  fastify.decorateRequest('authFailure', null);
  fastify.addHook('onRequest', (request, _reply, done) => {
    const token = bearerToken(request.headers.authorization);
    request.actor = token === undefined ? null : (verifier.known(token) ?? null);
    // A promise only where there is something to wait for.
    return token === undefined || request.actor ? done() : verify(request, verifier, token);
  });
}

async function verify(request: FastifyRequest, verifier: TokenVerifier, token: string): Promise<void> {
  try {
    request.actor = await verifier.verify(token);
  } catch (error) {
    if (!(error instanceof ProblemException)) throw error;
    request.authFailure = error;
  }
}

const ALLOWED = 'doorbuster:allowed';
type Allowed = Role | 'anyone';

/** The roles that may call a route. A route without `@Allow` is closed. */
export const Allow = (...allowed: Allowed[]): CustomDecorator => SetMetadata(ALLOWED, allowed);

/** Enforces `@Allow`. */
@Injectable()
export class AccessGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const allowed: Allowed[] =
      Reflect.getMetadata(ALLOWED, context.getHandler()) ??
      Reflect.getMetadata(ALLOWED, context.getClass()) ??
      [];
    assertAllowed(context.switchToHttp().getRequest<FastifyRequest>(), allowed);
    return true;
  }
}

/** @throws {ProblemException} UNAUTHENTICATED or FORBIDDEN */
export function assertAllowed(
  { actor: caller, authFailure }: Pick<FastifyRequest, 'actor' | 'authFailure'>,
  allowed: readonly Allowed[],
): void {
  if (allowed.includes('anyone')) return;
  if (!caller) throw authFailure ?? noToken({ 'www-authenticate': 'Bearer' });
  if (allowed.includes(caller.role)) return;
  throw new ProblemException(
    'FORBIDDEN',
    `This is for ${allowed.join(' and ') || 'no role'}, not for ${caller.role}.`,
  );
}

const noToken = (headers: Record<string, string> = {}): ProblemException =>
  new ProblemException('UNAUTHENTICATED', 'Send a token as Authorization: Bearer.', { headers });

const USER_AGENT_MAX = 256;

export const Caller = createParamDecorator((_data: unknown, context: ExecutionContext): Actor =>
  callerOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

/** The caller, on a route that needs a role. The origin of an operator or admin is included, for the audit log. */
export function callerOf(request: FastifyRequest): Actor {
  const { actor: caller } = request;
  if (!caller) throw noToken();
  return caller.role === 'customer' ? caller : { ...caller, origin: originOf(request) };
}

function originOf({ ip, headers, traceparent }: FastifyRequest): NonNullable<Actor['origin']> {
  // A header may hold any bytes. PostgreSQL accepts neither NUL nor what JSON cannot hold.
  const userAgent = headers['user-agent']?.replaceAll(/[^ -~]/g, '?').slice(0, USER_AGENT_MAX);
  return { address: ip, traceId: traceIdOf(traceparent), ...(userAgent !== undefined && { userAgent }) };
}
