import { natsUrl, streamReplicas } from '@doorbuster/service/process';
import { LOG_LEVELS, type LogLevel } from '@doorbuster/telemetry';
import { z } from 'zod';
import { APPS, LOOPBACK, type AppName } from './services/environment.js';

const REPLICAS_MAX = 16;
const replicas = z.coerce.number().int().min(1).max(REPLICAS_MAX).default(1);
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
    PORT: z.coerce.number('must be a port').int().min(1).max(65_535).default(3000),
    HOST: z.string().default(LOOPBACK),
    DATA_DIR: z.string().default('.data'),
    DATABASE_URL: z
      .url({ protocol: /^postgres(ql)?$/, error: 'must be postgres://admin:password@host:port/database' })
      .optional(),
    NATS_URL: natsUrl.optional(),
    NATS_STREAM_REPLICAS: streamReplicas,
    SEED: z.enum(['none', 'demo']).default('demo'),
    RATE_LIMIT: z
      .union([z.literal('off'), z.coerce.number().int().min(1)], 'off, or a whole number from 1')
      .optional(),
    LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
    AUTH_JWKS_URL: z
      .url({ protocol: /^https?$/, error: "must be the https:// address of the issuer's key set" })
      .optional(),
    REDIS_URL: z
      .url({ protocol: /^rediss?$/, error: 'must be redis://user:password@host:port, or unset' })
      .optional(),
    AUTH_JWT_SECRET: z.string().min(32, 'must have at least 32 characters').optional(),
    LIVENESS_TIMEOUT_SECONDS: z
      .union([z.literal('off'), z.coerce.number().min(1).max(3_600)], 'off, or seconds from 1')
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
      context.addIssue({ code: 'custom', path: [name], message: `is not known here; there are ${known}` });
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
    replicas: Object.fromEntries(APPS.map((app) => [app, env[replicasVariable(app)]])) as Record<
      AppName,
      number
    >,
  }));

/** Shells and compose files hand over unset variables as empty text. */
export const withoutEmpty = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));

function replicasVariable(app: AppName): string {
  return `REPLICAS_${app.toUpperCase()}`;
}
