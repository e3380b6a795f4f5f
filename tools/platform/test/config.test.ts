import { SERVICES } from '@doorbuster/contracts';
import { describe, expect, it } from 'vitest';
import { platformConfig } from '../src/config.js';

const problemsOf = (env: NodeJS.ProcessEnv): string[] =>
  platformConfig.safeParse(env).error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`) ??
  [];

describe('the configuration of the platform', () => {
  it('has a default for everything', () => {
    expect(platformConfig.parse({})).toEqual({
      port: 3000,
      host: '127.0.0.1',
      dataDir: '.data',
      databaseUrl: undefined,
      natsUrl: undefined,
      streamReplicas: 1,
      seed: 'demo',
      logLevel: 'info',
      silentMs: 10_000,
      issuesTokens: true,
      publicUrl: 'http://localhost:3000',
      hasAccounts: true,
      makesOperator: true,
      replicas: Object.fromEntries([...SERVICES, 'gateway'].map((app) => [app, 1])),
    });
  });

  it('has no accounts with the variables of another issuer', () => {
    const issuer = { AUTH_JWKS_URL: 'https://a.example/jwks', AUTH_ISSUER: 'a', AUTH_AUDIENCE: 'b' };
    expect(platformConfig.parse(issuer)).toMatchObject({ hasAccounts: false, makesOperator: false });
    expect(platformConfig.parse({ FIRST_OPERATOR_PASSWORD: 'my own password' })).toMatchObject({
      hasAccounts: true,
      makesOperator: false,
    });
  });

  it('runs as many replicas as it is told', () => {
    expect(platformConfig.parse({ REPLICAS_ORDERS: '2' }).replicas).toMatchObject({
      orders: 2,
      inventory: 1,
    });
  });

  it('names what is wrong', () => {
    expect(problemsOf({ DATABASE_URL: 'mysql://x' })).toEqual([
      'DATABASE_URL must be postgres://admin:password@host:port/database',
    ]);
    expect(problemsOf({ NATS_STREAM_REPLICAS: '3' })).toEqual([
      'NATS_STREAM_REPLICAS must be 1 with the embedded NATS, which is alone; set NATS_URL to a cluster',
    ]);
    expect(problemsOf({ NATS_STREAM_REPLICAS: '3', NATS_URL: 'nats://a,nats://b' })).toEqual([]);
    expect(problemsOf({ RATE_LIMIT: 'none' })).toEqual([
      'RATE_LIMIT must be off, or a whole number from 1 up',
    ]);
    expect(problemsOf({ REDIS_URL: 'localhost:6379' })).toEqual([
      'REDIS_URL must be redis://user:password@host:port, or unset',
    ]);
    expect(
      problemsOf({ AUTH_JWKS_URL: 'issuer.example/jwks.json', AUTH_ISSUER: 'x', AUTH_AUDIENCE: 'x' }),
    ).toEqual(["AUTH_JWKS_URL must be the https:// address of the issuer's key set"]);
    expect(problemsOf({ AUTH_JWKS_URL: 'https://issuer.example/jwks.json' })).toEqual([
      'AUTH_ISSUER must be the `iss` of the tokens that AUTH_JWKS_URL signs',
      'AUTH_AUDIENCE must be the `aud` of the tokens that are for this shop',
    ]);
    expect(problemsOf({ REPLICAS_ORDER: '2' })[0]).toMatch(
      /^REPLICAS_ORDER is not known; there are REPLICAS_/,
    );
    expect(problemsOf({ PORT: 'http' })).toHaveLength(1);
    expect(problemsOf({ SEED: 'full' })).toHaveLength(1);
  });
});
