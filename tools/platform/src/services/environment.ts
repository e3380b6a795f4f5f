import path from 'node:path';
import { SERVICES, type NatsUser, type ServiceName } from '@doorbuster/contracts';
import { cacheDirectory, type Credentials } from '@doorbuster/embedded';

/** All services and the gateway. */
export const APPS = [...SERVICES, 'gateway'] as const;
export type AppName = (typeof APPS)[number];

export interface Addresses {
  /** Of the run-time role. */
  databaseUrl: (service: ServiceName) => string;
  /** Of the role that owns the schema. */
  migrationUrl: (service: ServiceName) => string;
  natsUrl: (user: NatsUser) => string;
  /** The file to which the simulated payment provider appends its charges. */
  providerStatement: string | undefined;
}

export type Secrets = Pick<Credentials, 'authJwtSecret' | 'rpcSigningKey' | 'rpcVerificationKeys'>;

/** Where the gateway listens unless `HOST` says otherwise. */
export const LOOPBACK = '127.0.0.1';

/** Variables of the platform's administrator, which services do not get. */
const WITHHELD = [
  'DATABASE_URL',
  // For services. The administrator's URL has `sslmode=verify-full`.
  'DATABASE_CA_FILE',
  'MIGRATION_DATABASE_URL',
  'NATS_URL',
  'AUTH_JWT_SECRET',
  'RPC_SIGNING_KEY',
  'PORT',
];

/** The environment of a process: the platform's, with the addresses and secrets of this app alone. */
export function environmentOf(
  app: AppName,
  env: NodeJS.ProcessEnv,
  { databaseUrl, natsUrl, providerStatement }: Omit<Addresses, 'migrationUrl'>,
  { authJwtSecret, rpcSigningKey, rpcVerificationKeys }: Secrets,
): NodeJS.ProcessEnv {
  const own = { ...sharedEnvironment(env), NATS_URL: natsUrl(app) };
  if (app !== 'gateway') {
    const isTold = app === 'payments' && providerStatement !== undefined;
    return {
      ...own,
      DATABASE_URL: databaseUrl(app),
      RPC_VERIFICATION_KEYS: env['RPC_VERIFICATION_KEYS'] ?? rpcVerificationKeys,
      ...(app === 'payments' && { PAYMENT_PROVIDER: env['PAYMENT_PROVIDER'] ?? 'simulated' }),
      ...(isTold && { SIMULATED_PROVIDER_STATEMENT: providerStatement }),
    };
  }
  return {
    ...own,
    // In production the gateway issues no tokens. This platform has no other issuer.
    NODE_ENV: 'development',
    PORT: env['PORT'] ?? '3000',
    RPC_SIGNING_KEY: env['RPC_SIGNING_KEY'] ?? rpcSigningKey,
    // Everyone who reaches the gateway can get an admin token.
    HOST: env['HOST'] ?? LOOPBACK,
    ...(env['AUTH_JWKS_URL'] === undefined && { AUTH_JWT_SECRET: env['AUTH_JWT_SECRET'] ?? authJwtSecret }),
  };
}

/** JSON for the process that migrates: the URL of each service's migrator. */
export const MIGRATION_URLS = 'MIGRATION_DATABASE_URLS';

/** The environment of the migrations, which connect to the database only. */
export const migrationEnvironment = (
  env: NodeJS.ProcessEnv,
  { migrationUrl }: Pick<Addresses, 'migrationUrl'>,
): NodeJS.ProcessEnv => ({
  ...sharedEnvironment(env),
  OTEL_SDK_DISABLED: 'true',
  [MIGRATION_URLS]: JSON.stringify(
    Object.fromEntries(SERVICES.map((service) => [service, migrationUrl(service)])),
  ),
});

const sharedEnvironment = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  // Halves the load time from the second start on.
  NODE_COMPILE_CACHE: path.join(cacheDirectory(), 'compiled'),
  ...Object.fromEntries(Object.entries(env).filter(([name]) => !WITHHELD.includes(name))),
  // Fault points are refused in production.
  NODE_ENV: env['FAULT_POINTS'] ? 'test' : 'production',
});
