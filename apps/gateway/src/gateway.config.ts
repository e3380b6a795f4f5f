import { isIP, isIPv6 } from 'node:net';
import {
  httpUrl,
  logConfig,
  natsConfig,
  port,
  signingKey,
  wholeNumber,
  wholeNumberOrOff,
} from '@doorbuster/service/process';
import type { LogLevel } from '@doorbuster/telemetry';
import { z } from 'zod';

/** HS256 needs a key as long as its hash, https://www.rfc-editor.org/rfc/rfc7518#section-3.2 */
const SECRET_BYTES_MIN = 32;

/** The default of `RATE_LIMIT_PER_ADDRESS` is this many times the rate of a customer. */
const CUSTOMERS_PER_ADDRESS = 10;

/** The proxies whose `X-Forwarded-For` is trusted: none, a number of hops, or a list of addresses and networks. */
export type TrustProxy = false | number | string[];

const HOPS_MAX = 10;

const trustProxy = z.string().transform((text, context): TrustProxy => {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  if (entries.length === 0) return false;
  const [only = ''] = entries;
  if (entries.length === 1 && /^\d+$/.test(only)) {
    const hops = Number(only);
    if (hops <= HOPS_MAX) return hops === 0 ? false : hops;
  } else if (entries.every(isAddressOrNetwork)) return entries;
  context.addIssue({
    code: 'custom',
    message:
      'must be how many proxies stand before the gateway, such as 1, or their addresses and networks, such as ' +
      '10.0.0.0/8,fd00::/8 (true, * and /0 would believe X-Forwarded-For of everyone)',
  });
  return z.NEVER;
});

function isAddressOrNetwork(entry: string): boolean {
  const [address = '', prefix, ...rest] = entry.split('/');
  if (isIP(address) === 0 || rest.length > 0) return false;
  if (prefix === undefined) return true;
  const length = /^\d{1,3}$/.test(prefix) ? Number(prefix) : 0;
  return length > 0 && length <= (isIPv6(address) ? 128 : 32);
}

const IDENTITY_URL_FORM =
  'must be the address of identity, such as http://identity:8081, or several separated by commas';

const identityUrls = z.string().transform((text, context): URL[] => {
  const urls = text.split(',').map((each) => URL.parse(each.trim()));
  const valid = urls.filter((url) => url?.protocol === 'http:' && url.href === `${url.origin}/`);
  if (valid.length === urls.length) return valid as URL[];
  context.addIssue({ code: 'custom', message: IDENTITY_URL_FORM });
  return z.NEVER;
});

const environment = z.object({
  PORT: port.default(3000),
  HOST: z.string().default('0.0.0.0'),
  ...natsConfig,
  /** Signs RPC requests that change state. */
  RPC_SIGNING_KEY: signingKey,
  ...logConfig,
  /** Requests per second and customer. */
  RATE_LIMIT: wholeNumberOrOff(1).default(50),
  /** Requests per second of an address without a valid token. Many callers may share it. */
  RATE_LIMIT_PER_ADDRESS: wholeNumber(1).optional(),
  /** Upper bound of the adaptive limit of checkouts in flight. */
  CHECKOUTS_IN_FLIGHT_MAX: wholeNumber(1, 20_000).default(2_048),
  /** Orders of a customer that are neither confirmed nor rejected. */
  UNSETTLED_ORDERS_PER_CUSTOMER_MAX: wholeNumberOrOff(1).default(20),
  /** Slow orders of an address. Others do not count, since many customers may share an address. */
  SLOW_ORDERS_PER_ADDRESS_MAX: wholeNumberOrOff(1).default(128),
  /** Connections of an address that is no trusted proxy. */
  CONNECTIONS_PER_ADDRESS_MAX: wholeNumberOrOff(1).default(2_000),
  AUTH_JWT_SECRET: z.string().min(SECRET_BYTES_MIN).optional(),
  AUTH_JWKS_URL: httpUrl("the https:// address of the issuer's key set").optional(),
  AUTH_ISSUER: z.string().optional(),
  AUTH_AUDIENCE: z.string().optional(),
  /** Where identity serves HTTP, for `/id/`: one address or several, separated by commas. Without it there are no accounts. */
  IDENTITY_URL: identityUrls.optional(),
  /** The proxies whose `X-Forwarded-For` is trusted: how many, or their addresses and networks. */
  TRUST_PROXY: trustProxy.optional(),
  /** URL of a trace in the tracing UI, with `{traceId}` in it. */
  TRACE_URL_TEMPLATE: z
    .string()
    .refine(
      (text) => /^https?:\/\/.*\{traceId\}/.test(text) && URL.canParse(text),
      'must be an http address with {traceId} in it',
    )
    .optional(),
  /** Whether callers choose their trace and whether it is recorded. Only behind a proxy that sets `traceparent` itself. */
  TRUST_TRACEPARENT: z.enum(['on', 'off']).default('off'),
  NODE_ENV: z.string().optional(),
});

export interface SecretAuth {
  kind: 'secret';
  /** `undefined` for a random one, for development: its tokens are valid until the process ends. */
  secret: string | undefined;
  issuer: string;
  audience: string;
  /** Whether `POST /v1/auth/token` issues tokens. Never in production. */
  issuesTokens: boolean;
}

/** How tokens are verified: by the keys of an issuer, by a shared secret, or in development by either. */
export type AuthConfig =
  | SecretAuth
  | { kind: 'jwks'; url: URL; issuer: string; audience: string; development?: SecretAuth | undefined };

export const secretAuthOf = (auth: AuthConfig): SecretAuth | undefined =>
  auth.kind === 'secret' ? auth : auth.development;

const OWN_ISSUER = 'doorbuster';

/** An issuer signs tokens for many applications. Without these variables a token for another one would be accepted. */
const MISSING_BESIDE_JWKS = {
  AUTH_ISSUER: 'must be the `iss` of the tokens that AUTH_JWKS_URL signs, such as https://login.example.com/',
  AUTH_AUDIENCE: 'must be the `aud` of the tokens that are for this shop',
} as const;

type Environment = z.infer<typeof environment>;

/** The gateway's configuration, injected by type. */
export class GatewayConfig {
  readonly port: number;
  readonly host: string;
  readonly nats: { url: string; caFile: string | undefined };
  readonly rpcSigningKey: Environment['RPC_SIGNING_KEY'];
  readonly logLevel: LogLevel;
  /** Requests a second; `null` without a limit. */
  readonly rates: { perCustomerMax: number; perAddressMax: number } | null;
  /** `null` without a limit. */
  readonly unsettledOrders: { perCustomerMax: number | null; slowPerAddressMax: number | null };
  /** `null` without a limit. */
  readonly connectionsPerAddressMax: number | null;
  readonly checkoutsInFlightMax: number;
  readonly trustProxy: TrustProxy;
  readonly trustsTraceparent: boolean;
  readonly traceUrlTemplate: string | undefined;
  readonly auth: AuthConfig;
  readonly identityUrls: readonly URL[];

  constructor(env: Environment) {
    this.port = env.PORT;
    this.host = env.HOST;
    this.nats = { url: env.NATS_URL, caFile: env.NATS_CA_FILE };
    this.rpcSigningKey = env.RPC_SIGNING_KEY;
    this.logLevel = env.LOG_LEVEL;
    this.rates = ratesOf(env);
    this.unsettledOrders = {
      perCustomerMax: numberOrNull(env.UNSETTLED_ORDERS_PER_CUSTOMER_MAX),
      slowPerAddressMax: numberOrNull(env.SLOW_ORDERS_PER_ADDRESS_MAX),
    };
    this.connectionsPerAddressMax = numberOrNull(env.CONNECTIONS_PER_ADDRESS_MAX);
    this.checkoutsInFlightMax = env.CHECKOUTS_IN_FLIGHT_MAX;
    this.trustProxy = env.TRUST_PROXY ?? false;
    this.trustsTraceparent = env.TRUST_TRACEPARENT === 'on';
    this.traceUrlTemplate = env.TRACE_URL_TEMPLATE;
    this.auth = authOf(env);
    this.identityUrls = env.IDENTITY_URL ?? [];
  }

  /** Whether `POST /v1/auth/token` issues tokens. */
  get issuesTokens(): boolean {
    return secretAuthOf(this.auth)?.issuesTokens === true;
  }
}

/** Validates the environment. */
export const gatewayConfig = environment
  .superRefine((env, ctx) => {
    if (env.AUTH_JWKS_URL === undefined) return;
    for (const name of ['AUTH_ISSUER', 'AUTH_AUDIENCE'] as const)
      if (!env[name]) ctx.addIssue({ code: 'custom', path: [name], message: MISSING_BESIDE_JWKS[name] });
  })
  .refine(
    (env) => env.NODE_ENV === 'development' || !(env.AUTH_JWT_SECRET && env.AUTH_JWKS_URL),
    'Set AUTH_JWT_SECRET or AUTH_JWKS_URL, not both',
  )
  .refine(
    (env) => env.NODE_ENV !== 'production' || env.AUTH_JWT_SECRET || env.AUTH_JWKS_URL,
    'In production set AUTH_JWKS_URL (or AUTH_JWT_SECRET, if the issuer of tokens shares it)',
  )
  .transform((env) => new GatewayConfig(env));

const numberOrNull = (value: number | 'off'): number | null => (value === 'off' ? null : value);

function ratesOf({ RATE_LIMIT, RATE_LIMIT_PER_ADDRESS }: Environment) {
  if (RATE_LIMIT === 'off') return null;
  return {
    perCustomerMax: RATE_LIMIT,
    perAddressMax: RATE_LIMIT_PER_ADDRESS ?? CUSTOMERS_PER_ADDRESS * RATE_LIMIT,
  };
}

function authOf(env: Environment): AuthConfig {
  const { AUTH_JWKS_URL, AUTH_JWT_SECRET, AUTH_ISSUER, AUTH_AUDIENCE } = env;
  if (!AUTH_JWKS_URL) return secretAuth(env, AUTH_ISSUER, AUTH_AUDIENCE);
  return {
    kind: 'jwks',
    url: new URL(AUTH_JWKS_URL),
    issuer: AUTH_ISSUER ?? '',
    audience: AUTH_AUDIENCE ?? '',
    // The variables name the other issuer.
    development: AUTH_JWT_SECRET ? secretAuth(env) : undefined,
  };
}

const secretAuth = (
  { AUTH_JWT_SECRET, NODE_ENV }: Environment,
  issuer = OWN_ISSUER,
  audience = OWN_ISSUER,
): SecretAuth => ({
  kind: 'secret',
  secret: AUTH_JWT_SECRET,
  issuer,
  audience,
  issuesTokens: NODE_ENV !== 'production',
});
