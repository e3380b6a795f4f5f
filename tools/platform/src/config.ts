import {
  httpUrl,
  logConfig,
  natsUrl,
  postgresUrl,
  redisUrl,
  streamReplicas,
  wholeNumber,
  wholeNumberOrOff,
} from '@doorbuster/service/process';
import type { LogLevel } from '@doorbuster/telemetry';
import { z } from 'zod';
import { APPS, LOOPBACK, type AppName } from './services/environment.js';

const REPLICAS_MAX = 16;
const LIVENESS = 'must be off, or a number of seconds from 1 to 3600';
const replicas = wholeNumber(1, REPLICAS_MAX).default(1);
const replicaVariables = Object.fromEntries(APPS.map((app) => [replicasVariable(app), replicas]));

export interface PlatformConfig {
  port: number;
  /** Where gateways listen. */
  host: string;
  dataDir: string;
  /** An administrator's; an embedded PostgreSQL is started when there is none. */
  databaseUrl: string | undefined;
  /** Of a NATS with JetStream; an embedded one is started when there is none. */
  natsUrl: string | undefined;
  /** Copies of each stream. */
  streamReplicas: 1 | 3 | 5;
  seed: 'none' | 'demo';
  logLevel: LogLevel;
  /** Whether the gateway gives out tokens itself, which seeding needs. */
  issuesTokens: boolean;
  /** Where browsers reach the shop. */
  publicUrl: string;
  /** Whether the gateway trusts the tokens of identity: not with the variables of another issuer. */
  hasAccounts: boolean;
  /** Whether an operator's account is made where there is none. With FIRST_OPERATOR_PASSWORD identity makes one. */
  makesOperator: boolean;
  replicas: Record<AppName, number>;
  /** A service or gateway that does not answer for this long is killed and restarted; `null` disables the check. */
  silentMs: number | null;
}

/**
 * The environment of `npm start`. What only services read (RATE_LIMIT, REDIS_URL, OTEL_*, ...) is handed on as it is; what
 * would keep one of them from starting is found out here, before anything has been started.
 */
export const platformConfig = z
  .object({
    PORT: wholeNumber(1, 65_535).default(3000),
    HOST: z.string().default(LOOPBACK),
    DATA_DIR: z.string().default('.data'),
    DATABASE_URL: postgresUrl('must be postgres://admin:password@host:port/database').optional(),
    NATS_URL: natsUrl.optional(),
    NATS_STREAM_REPLICAS: streamReplicas,
    SEED: z.enum(['none', 'demo']).default('demo'),
    RATE_LIMIT: wholeNumberOrOff(1).optional(),
    ...logConfig,
    AUTH_JWKS_URL: httpUrl("the https:// address of the issuer's key set").optional(),
    AUTH_ISSUER: z.string().optional(),
    AUTH_AUDIENCE: z.string().optional(),
    PUBLIC_URL: httpUrl(
      'the address at which browsers reach the shop, such as https://shop.example.com',
    ).optional(),
    FIRST_OPERATOR_PASSWORD: z.string().optional(),
    REDIS_URL: redisUrl.optional(),
    AUTH_JWT_SECRET: z.string().min(32).optional(),
    LIVENESS_TIMEOUT_SECONDS: z
      .union([z.literal('off'), z.coerce.number(LIVENESS).min(1, LIVENESS).max(3_600, LIVENESS)], LIVENESS)
      .default(10),
    ...(replicaVariables as Record<string, typeof replicas>),
  })
  .loose()
  .refine(({ NATS_URL, NATS_STREAM_REPLICAS }) => NATS_URL !== undefined || NATS_STREAM_REPLICAS === 1, {
    path: ['NATS_STREAM_REPLICAS'],
    error: 'must be 1 with the embedded NATS, which is alone; set NATS_URL to a cluster',
  })
  .refine(({ AUTH_JWKS_URL, AUTH_ISSUER }) => !AUTH_JWKS_URL || AUTH_ISSUER, {
    path: ['AUTH_ISSUER'],
    error: 'must be the `iss` of the tokens that AUTH_JWKS_URL signs',
  })
  .refine(({ AUTH_JWKS_URL, AUTH_AUDIENCE }) => !AUTH_JWKS_URL || AUTH_AUDIENCE, {
    path: ['AUTH_AUDIENCE'],
    error: 'must be the `aud` of the tokens that are for this shop',
  })
  .superRefine((env, context) => {
    const unknown = Object.keys(env).filter(
      (name) => name.startsWith('REPLICAS_') && !(name in replicaVariables),
    );
    for (const name of unknown) {
      const known = Object.keys(replicaVariables).join(', ');
      context.addIssue({ code: 'custom', path: [name], message: `is not known; there are ${known}` });
    }
  })
  .transform((env): PlatformConfig => ({
    port: env.PORT,
    host: env.HOST,
    dataDir: env.DATA_DIR,
    databaseUrl: env.DATABASE_URL,
    natsUrl: env.NATS_URL,
    streamReplicas: env.NATS_STREAM_REPLICAS,
    seed: env.SEED,
    logLevel: env.LOG_LEVEL,
    silentMs: env.LIVENESS_TIMEOUT_SECONDS === 'off' ? null : env.LIVENESS_TIMEOUT_SECONDS * 1_000,
    issuesTokens: env.AUTH_JWKS_URL === undefined,
    publicUrl: new URL(env.PUBLIC_URL ?? `http://localhost:${env.PORT}`).origin,
    hasAccounts: hasNoOtherIssuer(env),
    makesOperator: hasNoOtherIssuer(env) && env.FIRST_OPERATOR_PASSWORD === undefined,
    replicas: Object.fromEntries(APPS.map((app) => [app, env[replicasVariable(app)]])) as Record<
      AppName,
      number
    >,
  }));

const hasNoOtherIssuer = (env: Record<string, unknown>): boolean =>
  ['AUTH_JWKS_URL', 'AUTH_ISSUER', 'AUTH_AUDIENCE'].every((name) => !env[name]);

function replicasVariable(app: AppName): string {
  return `REPLICAS_${app.toUpperCase()}`;
}
