import { actor, type Actor } from '@doorbuster/contracts';
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyOptions } from 'jose';
import { LRUCache } from 'lru-cache';
import type { AuthConfig } from '../gateway.config.js';
import { ProblemException } from '../problem/problem.exception.js';

/** Checking a signature costs as much as the rest of a small request, and callers come back. */
const KNOWN_TOKENS_MAX = 20_000;
/** Maximum characters of remembered tokens. Some issuers' tokens have several KiB. */
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

/** Says whose a token is. */
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

  /** The owner of a token that was verified in the last half minute and has not expired. */
  known(token: string): Actor | undefined {
    return this.tokens.get(token);
  }

  /** @throws {ProblemException} UNAUTHENTICATED, or SERVICE_UNAVAILABLE when the issuer's keys cannot be had */
  async verify(token: string): Promise<Actor> {
    const claims = await this.check(token).catch((error: unknown) => {
      throw isIssuerAway(error)
        ? issuerAway(error)
        : badToken('The token is not valid, or no longer.', error);
    });
    const owner = actor.safeParse({
      customerId: claims.sub,
      role: claims['role'] === 'admin' ? 'admin' : 'customer',
    });
    if (!owner.success) throw badToken('The subject of the token is no customer id.', owner.error);
    const leftMs = claims.exp === undefined ? this.knownMsMax : claims.exp * 1_000 - Date.now();
    if (leftMs > 0) this.tokens.set(token, owner.data, { ttl: Math.min(leftMs, this.knownMsMax) });
    return owner.data;
  }
}

/** A verifier of tokens signed with `secret` (HS256), or by the issuer whose keys `auth` names. */
export function tokenVerifier(auth: AuthConfig, secret: Uint8Array, trustMs = TRUST_MS): TokenVerifier {
  const expected: JWTVerifyOptions = {
    issuer: auth.issuer,
    audience: auth.audience,
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    requiredClaims: ['sub', 'exp'],
  };
  const check =
    auth.kind === 'jwks' ? checkByKeySet(auth.url, expected, trustMs.keys) : checkBySecret(secret, expected);
  return new TokenVerifier(check, trustMs.token);
}

function checkByKeySet(url: URL, expected: JWTVerifyOptions, cacheMaxAge: number): Verify {
  const keys = createRemoteJWKSet(url, { timeoutDuration: JWKS_TIMEOUT_MS, cacheMaxAge });
  return async (token) => (await jwtVerify(token, keys, { ...expected, algorithms: ASYMMETRIC })).payload;
}

function checkBySecret(secret: Uint8Array, expected: JWTVerifyOptions): Verify {
  return async (token) => (await jwtVerify(token, secret, { ...expected, algorithms: ['HS256'] })).payload;
}

/** jose tells an answer that is no key set by its general code, and hands on what `fetch` throws. */
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
