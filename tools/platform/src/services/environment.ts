import path from 'node:path';
import { SERVICES, type NatsUser, type ServiceName } from '@doorbuster/contracts';
import { cacheDirectory, type Credentials } from '@doorbuster/embedded';
import type { AccountsAddresses } from './accounts.js';

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
  accounts: AccountsAddresses;
}

export type Secrets = Pick<
  Credentials,
  'authJwtSecret' | 'rpcSigningKey' | 'rpcVerificationKeys' | 'keyEncryptionSecret'
>;

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
  'KEY_ENCRYPTION_SECRET',
  'FIRST_OPERATOR_PASSWORD',
  'PORT',
];

/** The environment of a process: the platform's, with the addresses and secrets of this app alone. */
export function environmentOf(
  app: AppName,
  env: NodeJS.ProcessEnv,
  addresses: Omit<Addresses, 'migrationUrl'>,
  secrets: Secrets,
): NodeJS.ProcessEnv {
  const own = { ...sharedEnvironment(env), NATS_URL: addresses.natsUrl(app) };
  if (app === 'gateway') return { ...own, ...gatewayEnvironment(env, addresses.accounts, secrets) };
  const { providerStatement } = addresses;
  const isTold = app === 'payments' && providerStatement !== undefined;
  return {
    ...own,
    DATABASE_URL: addresses.databaseUrl(app),
    RPC_VERIFICATION_KEYS: env['RPC_VERIFICATION_KEYS'] ?? secrets.rpcVerificationKeys,
    ...(app === 'payments' && { PAYMENT_PROVIDER: env['PAYMENT_PROVIDER'] ?? 'simulated' }),
    ...(isTold && { SIMULATED_PROVIDER_STATEMENT: providerStatement }),
    ...(app === 'identity' && identityEnvironment(env, addresses.accounts, secrets)),
  };
}

function gatewayEnvironment(
  env: NodeJS.ProcessEnv,
  { areOn, identityUrls, publicUrl }: AccountsAddresses,
  { rpcSigningKey, authJwtSecret }: Secrets,
): NodeJS.ProcessEnv {
  return {
    // In production the gateway issues no tokens.
    NODE_ENV: 'development',
    PORT: env['PORT'] ?? '3000',
    RPC_SIGNING_KEY: env['RPC_SIGNING_KEY'] ?? rpcSigningKey,
    // Everyone who reaches the gateway can get an admin token.
    HOST: env['HOST'] ?? LOOPBACK,
    ...(env['AUTH_JWKS_URL'] === undefined && { AUTH_JWT_SECRET: env['AUTH_JWT_SECRET'] ?? authJwtSecret }),
    ...(areOn && {
      IDENTITY_URL: identityUrls.join(','),
      AUTH_JWKS_URL: `${identityUrls[0]}/id/jwks`,
      AUTH_ISSUER: `${publicUrl}/id`,
      AUTH_AUDIENCE: 'doorbuster',
    }),
  };
}

const identityEnvironment = (
  env: NodeJS.ProcessEnv,
  { publicUrl, firstOperator }: AccountsAddresses,
  { keyEncryptionSecret }: Secrets,
): NodeJS.ProcessEnv => ({
  PUBLIC_URL: publicUrl,
  KEY_ENCRYPTION_SECRET: env['KEY_ENCRYPTION_SECRET'] ?? keyEncryptionSecret,
  ...(env['FIRST_OPERATOR_PASSWORD'] !== undefined && {
    FIRST_OPERATOR_PASSWORD: env['FIRST_OPERATOR_PASSWORD'],
  }),
  ...(firstOperator && {
    FIRST_OPERATOR_EMAIL: firstOperator.email,
    FIRST_OPERATOR_PASSWORD: firstOperator.password,
  }),
});

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
