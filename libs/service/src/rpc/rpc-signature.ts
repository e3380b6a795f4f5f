import { createPublicKey, hash, type KeyObject } from 'node:crypto';
import {
  calculateJwkThumbprint,
  errors,
  exportJWK,
  jwtVerify,
  SignJWT,
  type JWTHeaderParameters,
} from 'jose';
import { LRUCache } from 'lru-cache';
import { RpcRefusedError } from './rpc-refused.error.js';

/** NATS header with a JWS over a request that changes state. */
export const SIGNATURE_HEADER = 'doorbuster-signature';

const ALGORITHM = 'EdDSA';
const TYPE = 'doorbuster-rpc+jwt';
/** Longer than the timeout of any request. */
const LIFETIME_SECONDS = 30;
/**
 * Maximum difference between the clocks of a gateway and a service; a clock that is wrong by minutes must not stop the shop.
 * The deadline of a change does not depend on it: it is in the request, and compared with the clock of the owner's database.
 */
const CLOCK_TOLERANCE_SECONDS = 300;
/**
 * Maximum requests that a replica stores until their signatures expire. It drops the oldest first; their deadlines are over by
 * then.
 */
const REMEMBERED_MAX = 50_000;

/** Signs the requests of one gateway. */
export class RpcSigner {
  private readonly header: Promise<JWTHeaderParameters>;

  /** @param now milliseconds since 1970 */
  constructor(
    private readonly key: KeyObject,
    private readonly now: () => number = Date.now,
  ) {
    this.header = headerOf(createPublicKey(key));
  }

  /** A compact JWS: a signature of these bytes for this subject, valid for 30 s. */
  async sign(subject: string, payload: Uint8Array): Promise<string> {
    const seconds = Math.floor(this.now() / 1_000);
    return await new SignJWT({ sha256: digestOf(payload) })
      .setProtectedHeader(await this.header)
      .setAudience(subject)
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + LIFETIME_SECONDS)
      .sign(this.key);
  }
}

/** Verifies that a gateway signed this payload for this subject, that the signature has not expired, and that it was not used before. */
export class RpcVerifier {
  private readonly keys: Promise<Map<string, KeyObject>>;
  private readonly seen = new LRUCache<string, true>({
    max: REMEMBERED_MAX,
    ttl: (LIFETIME_SECONDS + 2 * CLOCK_TOLERANCE_SECONDS) * 1_000,
  });

  constructor(keys: readonly KeyObject[]) {
    this.keys = Promise.all(keys.map(async (key) => [(await headerOf(key)).kid ?? '', key] as const)).then(
      (entries) => new Map(entries),
    );
  }

  /** @throws {RpcRefusedError} UNAUTHENTICATED */
  async verify(subject: string, payload: Uint8Array, signature: string | undefined): Promise<void> {
    if (!signature) throw unauthenticated('it has no signature');
    const keys = await this.keys;
    const { payload: claims } = await jwtVerify(signature, ({ kid }) => keyOf(keys, kid), {
      algorithms: [ALGORITHM],
      typ: TYPE,
      audience: subject,
      requiredClaims: ['exp', 'sha256'],
      maxTokenAge: LIFETIME_SECONDS,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
    }).catch((error: unknown) => {
      throw unauthenticated(whyInvalid(error));
    });
    const digest = digestOf(payload);
    if (claims['sha256'] !== digest) throw unauthenticated('its signature is of another payload');
    // Keyed by the payload, which has a unique id, because one signature has several encodings.
    if (this.seen.has(digest)) throw unauthenticated('it was sent before');
    this.seen.set(digest, true);
  }
}

/** The id of a key is its RFC 7638 thumbprint, so keys need no names. */
const headerOf = async (key: KeyObject): Promise<JWTHeaderParameters> => ({
  alg: ALGORITHM,
  typ: TYPE,
  kid: await calculateJwkThumbprint(await exportJWK(key)),
});

const digestOf = (payload: Uint8Array): string => hash('sha256', payload, 'base64url');

function keyOf(keys: ReadonlyMap<string, KeyObject>, kid: string | undefined): KeyObject {
  const key = keys.get(kid ?? '');
  if (!key) throw new errors.JWKSNoMatchingKey('no key of RPC_VERIFICATION_KEYS made it');
  return key;
}

/** The messages of jose contain claims and reasons, and no values. */
const whyInvalid = (error: unknown): string =>
  error instanceof errors.JOSEError
    ? `its signature is not valid: ${error.message}`
    : 'its signature is not valid';

const unauthenticated = (why: string): RpcRefusedError =>
  new RpcRefusedError('UNAUTHENTICATED', `A request that changes state must be signed by a gateway; ${why}.`);
