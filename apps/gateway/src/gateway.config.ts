import { LOG_LEVELS } from '@doorbuster/telemetry';
import { natsConfig, optional, signingKey } from '@doorbuster/service/process';
import { z } from 'zod';
import { trustProxy } from './edge/trust-proxy.config.js';

/** HS256 wants a key as long as its hash, https://www.rfc-editor.org/rfc/rfc7518#section-3.2 */
const SECRET_BYTES_MIN = 32;

const offOrCount = z.union(
  [z.literal('off'), z.coerce.number().int().min(1)],
  'off, or a whole number from 1',
);
/** Without `RATE_LIMIT_PER_ADDRESS` an address has this many times a customer's rate. */
const CUSTOMERS_PER_ADDRESS = 10;

const environment = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  HOST: z.string().default('0.0.0.0'),
  ...natsConfig,
  /** Signs the requests to services that change state. */
  RPC_SIGNING_KEY: signingKey,
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
  /** Requests per second and customer. */
  RATE_LIMIT: offOrCount.default(50),
  /** Requests per second of an address whose callers are not known as customers; many may share one. */
  RATE_LIMIT_PER_ADDRESS: optional(z.coerce.number().int().min(1)),
  /** Checkouts that are not settled yet; how many of them make sense is learned from how long they take. */
  CHECKOUTS_IN_FLIGHT_MAX: z.coerce.number().int().min(1).max(20_000).default(2_048),
  /** Orders of a customer that are neither confirmed nor rejected. */
  UNSETTLED_ORDERS_PER_CUSTOMER_MAX: offOrCount.default(20),
  /** Slow orders of an address. Quick ones do not count, since many customers may share an address. */
  SLOW_ORDERS_PER_ADDRESS_MAX: offOrCount.default(128),
  /** Connections of an address that is no trusted proxy. */
  CONNECTIONS_PER_ADDRESS_MAX: offOrCount.default(2_000),
  AUTH_JWT_SECRET: optional(z.string().min(SECRET_BYTES_MIN)),
  AUTH_JWKS_URL: optional(
    z.url({ protocol: /^https?$/, error: "must be the https:// address of the issuer's key set" }),
  ),
  AUTH_ISSUER: optional(z.string()),
  AUTH_AUDIENCE: optional(z.string()),
  /** The proxies whose `X-Forwarded-For` is believed: how many, or their addresses and networks. */
  TRUST_PROXY: optional(trustProxy),
  /** Where a trace can be looked at: an address with `{traceId}` in it. */
  TRACE_URL_TEMPLATE: optional(
    z.string().regex(/^https?:\/\/.*\{traceId\}/, 'an http address with {traceId} in it'),
  ),
  /** Whether callers choose their trace and whether it is recorded: only behind a proxy that sets `traceparent` itself. */
  TRUST_TRACEPARENT: optional(z.enum(['on', 'off'])).default('off'),
  NODE_ENV: optional(z.string()),
});

/** How callers prove who they are: by tokens of an issuer, or by tokens signed with a shared secret. */
export type AuthConfig =
  | { kind: 'jwks'; url: URL; issuer: string; audience: string }
  | {
      kind: 'secret';
      /** `undefined` makes one up, which is for trying things out: tokens end with the process. */
      secret: string | undefined;
      issuer: string;
      audience: string;
      /** Whether anybody may ask for a token: never in production. */
      issuesTokens: boolean;
    };

const SELF = 'doorbuster';

/** An issuer signs tokens for many applications. Without both variables a token for another one would be accepted. */
const MISSING_BESIDE_JWKS = {
  AUTH_ISSUER: 'must be the `iss` of the tokens that AUTH_JWKS_URL signs, such as https://login.example.com/',
  AUTH_AUDIENCE: 'must be the `aud` of the tokens that are for this shop',
} as const;

export const gatewayConfig = environment
  .superRefine((env, ctx) => {
    if (env.AUTH_JWKS_URL === undefined) return;
    for (const name of ['AUTH_ISSUER', 'AUTH_AUDIENCE'] as const)
      if (!env[name]) ctx.addIssue({ code: 'custom', path: [name], message: MISSING_BESIDE_JWKS[name] });
  })
  .refine(
    (env) => !(env.AUTH_JWT_SECRET && env.AUTH_JWKS_URL),
    'set AUTH_JWT_SECRET or AUTH_JWKS_URL, not both',
  )
  .refine(
    (env) => env.NODE_ENV !== 'production' || env.AUTH_JWT_SECRET || env.AUTH_JWKS_URL,
    'in production set AUTH_JWKS_URL (or AUTH_JWT_SECRET, if the issuer of tokens shares it)',
  )
  .transform((env) => ({
    port: env.PORT,
    host: env.HOST,
    nats: { url: env.NATS_URL, caFile: env.NATS_CA_FILE },
    rpcSigningKey: env.RPC_SIGNING_KEY,
    logLevel: env.LOG_LEVEL,
    rates: ratesOf(env),
    unsettledOrders: {
      perCustomerMax: numberOrNull(env.UNSETTLED_ORDERS_PER_CUSTOMER_MAX),
      slowPerAddressMax: numberOrNull(env.SLOW_ORDERS_PER_ADDRESS_MAX),
    },
    connectionsPerAddressMax: numberOrNull(env.CONNECTIONS_PER_ADDRESS_MAX),
    checkoutsInFlightMax: env.CHECKOUTS_IN_FLIGHT_MAX,
    trustProxy: env.TRUST_PROXY ?? (false as const),
    trustsTraceparent: env.TRUST_TRACEPARENT === 'on',
    traceUrlTemplate: env.TRACE_URL_TEMPLATE,
    auth: authOf(env),
  }));
export type GatewayConfig = z.infer<typeof gatewayConfig>;

const numberOrNull = (value: number | 'off'): number | null => (value === 'off' ? null : value);

/** Requests a second; `null` where they are not limited. */
function ratesOf({ RATE_LIMIT, RATE_LIMIT_PER_ADDRESS }: z.infer<typeof environment>) {
  if (RATE_LIMIT === 'off') return null;
  return {
    perCustomerMax: RATE_LIMIT,
    perAddressMax: RATE_LIMIT_PER_ADDRESS ?? CUSTOMERS_PER_ADDRESS * RATE_LIMIT,
  };
}

function authOf(env: z.infer<typeof environment>): AuthConfig {
  const { AUTH_JWKS_URL, AUTH_JWT_SECRET, AUTH_ISSUER, AUTH_AUDIENCE, NODE_ENV } = env;
  if (AUTH_JWKS_URL) {
    const [issuer, audience] = [AUTH_ISSUER ?? '', AUTH_AUDIENCE ?? ''];
    return { kind: 'jwks', url: new URL(AUTH_JWKS_URL), issuer, audience };
  }
  return {
    kind: 'secret',
    secret: AUTH_JWT_SECRET,
    issuer: AUTH_ISSUER ?? SELF,
    audience: AUTH_AUDIENCE ?? SELF,
    issuesTokens: NODE_ENV !== 'production',
  };
}
