import { describe, expect, it } from 'vitest';
import { environmentOf, migrationEnvironment, type AppName } from '../src/services/environment.js';

describe('the environment of a service', () => {
  const env = {
    DATABASE_URL: 'postgres://admin',
    MIGRATION_DATABASE_URL: 'postgres://admin',
    NATS_URL: 'nats://admin',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector',
    PORT: '8080',
    NODE_COMPILE_CACHE: '/cache',
  };
  const addresses = {
    databaseUrl: (service: string) => `postgres://${service}`,
    natsUrl: (user: string) => `nats://${user}`,
    providerStatement: '/data/statement',
    accounts: {
      publicUrl: 'http://localhost:3000',
      identityUrls: ['http://127.0.0.1:1', 'http://127.0.0.1:2'],
      areOn: true,
      firstOperator: undefined,
    },
  };
  const of = (app: AppName, more: NodeJS.ProcessEnv = {}) =>
    environmentOf(app, { ...env, ...more }, addresses, {
      authJwtSecret: 'secret',
      rpcSigningKey: 'private',
      rpcVerificationKeys: 'public',
      keyEncryptionSecret: 'encrypting',
    });

  it('has its own addresses and the shared variables', () => {
    expect(of('orders')).toEqual({
      DATABASE_URL: 'postgres://orders',
      NATS_URL: 'nats://orders',
      NODE_COMPILE_CACHE: '/cache',
      NODE_ENV: 'production',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector',
      RPC_VERIFICATION_KEYS: 'public',
    });
  });

  it('gives the secret that signs tokens to the gateway alone, which has no database', () => {
    expect(of('gateway')).toMatchObject({
      AUTH_JWT_SECRET: 'secret',
      NATS_URL: 'nats://gateway',
      PORT: '8080',
    });
    expect(of('gateway')).not.toHaveProperty('DATABASE_URL');
    expect(of('payments', { AUTH_JWT_SECRET: 'own' })).not.toHaveProperty('AUTH_JWT_SECRET');
  });

  it('gives the migrators’ URLs to the migration alone, which gets no other secret', () => {
    const migrationUrl = (service: string) => `postgres://${service}_migrator`;
    expect(migrationEnvironment({ ...env, AUTH_JWT_SECRET: 'own' }, { migrationUrl })).toEqual({
      MIGRATION_DATABASE_URLS: expect.stringContaining('"orders":"postgres://orders_migrator"'),
      NODE_COMPILE_CACHE: '/cache',
      NODE_ENV: 'production',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector',
      OTEL_SDK_DISABLED: 'true',
    });
    expect(JSON.stringify(of('orders'))).not.toContain('_migrator');
  });

  it('gives the key that signs requests to the gateway alone, and the public one to every service', () => {
    expect(of('gateway')).toMatchObject({ RPC_SIGNING_KEY: 'private' });
    expect(of('gateway', { RPC_SIGNING_KEY: 'own' })).toMatchObject({ RPC_SIGNING_KEY: 'own' });
    for (const app of ['catalog', 'orders', 'inventory', 'payments'] as const) {
      expect(of(app)).toMatchObject({ RPC_VERIFICATION_KEYS: 'public' });
      expect(of(app, { RPC_SIGNING_KEY: 'own' })).not.toHaveProperty('RPC_SIGNING_KEY');
    }
  });

  it('gives the secret that encrypts keys to identity alone, and its addresses to the gateway, which trusts its tokens', () => {
    expect(of('identity')).toMatchObject({
      PUBLIC_URL: 'http://localhost:3000',
      KEY_ENCRYPTION_SECRET: 'encrypting',
    });
    expect(of('gateway')).toMatchObject({
      IDENTITY_URL: 'http://127.0.0.1:1,http://127.0.0.1:2',
      AUTH_JWKS_URL: 'http://127.0.0.1:1/id/jwks',
      AUTH_ISSUER: 'http://localhost:3000/id',
      AUTH_AUDIENCE: 'doorbuster',
      AUTH_JWT_SECRET: 'secret',
    });
    const more = { KEY_ENCRYPTION_SECRET: 'own', FIRST_OPERATOR_PASSWORD: 'own password' };
    expect(of('identity', more)).toMatchObject(more);
    for (const app of ['gateway', 'orders'] as const) {
      for (const name of Object.keys(more)) expect(of(app, more)).not.toHaveProperty(name);
    }
  });

  it('gives the path of the provider’s statement to payments alone', () => {
    expect(of('payments')).toMatchObject({ SIMULATED_PROVIDER_STATEMENT: '/data/statement' });
    expect(of('orders')).not.toHaveProperty('SIMULATED_PROVIDER_STATEMENT');
  });

  it('leaves production when fault points are on', () => {
    expect(of('orders', { FAULT_POINTS: 'orders.lose-order' })).toMatchObject({
      FAULT_POINTS: 'orders.lose-order',
      NODE_ENV: 'test',
    });
    expect(of('orders', { FAULT_POINTS: '' })).toMatchObject({ NODE_ENV: 'production' });
  });

  it('lets the gateway listen on 127.0.0.1 unless HOST is set', () => {
    expect(of('gateway')).toMatchObject({ HOST: '127.0.0.1' });
    expect(of('gateway', { HOST: '0.0.0.0' })).toMatchObject({ HOST: '0.0.0.0' });
  });

  it('names the simulated provider explicitly', () => {
    expect(of('payments')).toMatchObject({ PAYMENT_PROVIDER: 'simulated', NODE_ENV: 'production' });
  });

  it('keeps the token keys that the environment sets', () => {
    expect(of('gateway', { AUTH_JWT_SECRET: 'own' })).toMatchObject({ AUTH_JWT_SECRET: 'own' });
    expect(of('gateway', { AUTH_JWKS_URL: 'https://issuer' })).not.toHaveProperty('AUTH_JWT_SECRET');
  });
});
