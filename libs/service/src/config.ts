import { tlsProblemOf } from '@doorbuster/persistence';
import { LOG_LEVELS } from '@doorbuster/telemetry';
import { z } from 'zod';
import { natsConfig } from './nats-config.js';
import { optional } from './optional.js';
import { publishedSecretsIn } from './published-secrets.js';
import { verificationKeys } from './rpc/rpc-keys.js';

/** `postgres://role:password@host:port/database` */
export const databaseUrl = z.url({ protocol: /^postgres(ql)?$/, abort: true }).superRefine((url, context) => {
  const message = tlsProblemOf(url);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

/** Path of a PEM file: who signed PostgreSQL's certificate. With it, nothing is said before the server is proved. */
export const databaseCaFile = optional(z.string());

/** What every service is told by its environment. */
export const serviceConfig = z.object({
  /** With the service's run-time role, which reads and writes rows and owns nothing. */
  DATABASE_URL: databaseUrl,
  DATABASE_CA_FILE: databaseCaFile,
  ...natsConfig,
  /** Public keys of the gateways, whose requests may change state. */
  RPC_VERIFICATION_KEYS: verificationKeys,
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
  /** Where `/healthz` and `/readyz` are answered. Nowhere without it: the gateway asks over NATS. */
  PORT: optional(z.coerce.number().int().min(0).max(65_535)),
  /** The address to listen on; all addresses when absent. */
  HOST: optional(z.string()),
});
export type ServiceConfig = z.infer<typeof serviceConfig>;

/** Reads the environment once, at the start; on a mistake says which variables to mend, and exits with 1. */
export function readConfig<T extends z.ZodType>(schema: T, env: NodeJS.ProcessEnv = process.env): z.infer<T> {
  refusePublishedSecrets(env);
  const result = schema.safeParse(env);
  if (result.success) return result.data;
  process.stderr.write(`The environment does not fit:\n${z.prettifyError(result.error)}\n`);
  process.exit(1);
}

/** Production refuses published secrets. Compose and k8s/local set `NODE_ENV=development`. */
function refusePublishedSecrets(env: NodeJS.ProcessEnv): void {
  const names = env['NODE_ENV'] === 'production' ? publishedSecretsIn(env) : [];
  if (names.length === 0) return;
  const advice = 'must have a secret of your own, since this one is published with the source';
  process.stderr.write(names.map((name) => `${name} ${advice}\n`).join(''));
  process.exit(1);
}
