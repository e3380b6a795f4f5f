import { SIGNING_KEY } from '@doorbuster/service/testing';
import { describe, expect, it } from 'vitest';
import { gatewayConfig } from '../src/gateway.config.js';
import { SECRET } from './support/fixture.js';

const NEEDED = { NATS_URL: 'nats://gateway:pw@127.0.0.1:4222', RPC_SIGNING_KEY: SIGNING_KEY };
const ISSUER = {
  AUTH_JWKS_URL: 'https://issuer.example/jwks.json',
  AUTH_ISSUER: 'https://issuer.example/',
  AUTH_AUDIENCE: 'doorbuster',
};

describe('the configuration', () => {
  it('needs NATS_URL and RPC_SIGNING_KEY only', () => {
    expect(gatewayConfig.parse({ ...NEEDED })).toMatchObject({
      port: 3000,
      host: '0.0.0.0',
      rates: { perCustomerMax: 50, perAddressMax: 500 },
      trustProxy: false,
    });
    expect(() => gatewayConfig.parse({})).toThrow(/NATS_URL/);
    expect(() => gatewayConfig.parse({ ...NEEDED, RPC_SIGNING_KEY: undefined })).toThrow(/RPC_SIGNING_KEY/);
    expect(() => gatewayConfig.parse({ ...NEEDED, RPC_SIGNING_KEY: 'no key' })).toThrow(/Ed25519/);
  });

  it.each([
    ['off', null],
    ['7', { perCustomerMax: 7, perAddressMax: 70 }],
  ])('accepts RATE_LIMIT=%s', (text, rates) => {
    expect(gatewayConfig.parse({ ...NEEDED, RATE_LIMIT: text }).rates).toEqual(rates);
  });

  it.each([
    ['1', 1],
    ['0', false],
    ['', false],
    ['10.0.0.0/8, 192.0.2.7, fd00::/8', ['10.0.0.0/8', '192.0.2.7', 'fd00::/8']],
  ])('accepts TRUST_PROXY=%s', (text, trust) => {
    expect(gatewayConfig.parse({ ...NEEDED, TRUST_PROXY: text }).trustProxy).toEqual(trust);
  });

  it.each([
    'true',
    '*',
    'all',
    '11',
    '-1',
    '0.0.0.0/0',
    '::/0',
    '10.0.0.0/33',
    'loopback',
    '10.0.0.0/8,true',
    '1,2',
  ])('refuses TRUST_PROXY=%s with an example', (text) => {
    expect(() => gatewayConfig.parse({ ...NEEDED, TRUST_PROXY: text })).toThrow(
      /how many proxies.*10\.0\.0\.0\/8/,
    );
  });

  it.each(['0', '-1', 'on', '1.5'])('refuses RATE_LIMIT=%s', (text) => {
    expect(() => gatewayConfig.parse({ ...NEEDED, RATE_LIMIT: text })).toThrow(/RATE_LIMIT/);
  });

  it('accepts TRACE_URL_TEMPLATE only with {traceId}', () => {
    const parse = (text: string) => gatewayConfig.parse({ ...NEEDED, TRACE_URL_TEMPLATE: text });
    expect(parse('http://jaeger:16686/trace/{traceId}').traceUrlTemplate).toContain('{traceId}');
    expect(() => parse('http://jaeger:16686/trace/')).toThrow(/TRACE_URL_TEMPLATE/);
    expect(() => parse('http://jaeger:99999/trace/{traceId}')).toThrow(/TRACE_URL_TEMPLATE/);
  });

  it('in production needs a key set or a secret, and issues no tokens', () => {
    const production = { ...NEEDED, NODE_ENV: 'production' };
    expect(() => gatewayConfig.parse(production)).toThrow(/AUTH_JWKS_URL/);
    expect(() => gatewayConfig.parse({ ...production, AUTH_JWT_SECRET: '' })).toThrow(/AUTH_JWKS_URL/);
    expect(gatewayConfig.parse({ ...production, AUTH_JWT_SECRET: SECRET }).auth).toMatchObject({
      issuesTokens: false,
    });
    const { auth } = gatewayConfig.parse({ ...production, ...ISSUER });
    expect(auth.kind).toBe('jwks');
  });

  it.each(['AUTH_ISSUER', 'AUTH_AUDIENCE'])('refuses a key set without %s', (name) => {
    expect(() => gatewayConfig.parse({ ...NEEDED, ...ISSUER, [name]: '' })).toThrow(new RegExp(name));
    expect(() => gatewayConfig.parse({ ...NEEDED, ...ISSUER, [name]: undefined })).toThrow(
      new RegExp(`${name}[^]*must be`),
    );
  });

  it('refuses a short secret, and a secret together with a key set', () => {
    expect(() => gatewayConfig.parse({ ...NEEDED, AUTH_JWT_SECRET: 'short' })).toThrow(/AUTH_JWT_SECRET/);
    const both = { ...NEEDED, AUTH_JWT_SECRET: SECRET, AUTH_JWKS_URL: 'https://issuer.example/jwks.json' };
    expect(() => gatewayConfig.parse(both)).toThrow(/not both/);
    expect(() => gatewayConfig.parse({ ...both, ...ISSUER, NODE_ENV: 'production' })).toThrow(/not both/);
    expect(gatewayConfig.parse({ ...both, ...ISSUER, NODE_ENV: 'development' }).issuesTokens).toBe(true);
  });

  it('accepts the addresses of identity, and nothing with a path', () => {
    const urlsOf = (IDENTITY_URL: string) =>
      gatewayConfig.parse({ ...NEEDED, IDENTITY_URL }).identityUrls.map(({ href }) => href);
    expect(urlsOf('http://identity:8081, http://127.0.0.1:9')).toEqual([
      'http://identity:8081/',
      'http://127.0.0.1:9/',
    ]);
    for (const text of ['identity', 'http://identity/id', 'https://a,', 'ftp://a']) {
      expect(() => urlsOf(text)).toThrow(/address of identity/);
    }
  });
});
