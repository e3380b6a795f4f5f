import { describe, expect, it } from 'vitest';
import { serviceConfig } from '../src/config.js';

const DATABASE_URL = 'postgres://orders:pw@127.0.0.1/doorbuster';
const parse = (env: NodeJS.ProcessEnv) =>
  serviceConfig.safeParse({ DATABASE_URL, NATS_URL: 'nats://orders:pw@nats', ...env });

describe('the configuration of a service', () => {
  it.each(['nats://o:p@a:4222', 'tls://o:p@a', 'nats://o:p@a:4222,nats://o:p@b:4222', 'nats://a, nats://b'])(
    'reaches its broker by %s',
    (NATS_URL) => expect(parse({ NATS_URL }).data).toMatchObject({ NATS_URL }),
  );

  it.each([
    '',
    'nats',
    'http://a',
    'nats://',
    'nats://a,',
    'nats://o:p@a,tls://o:p@b',
    'nats://o:p@a,nats://x:p@b',
  ])('does not take %j for a broker', (NATS_URL) =>
    expect(parse({ NATS_URL }).error?.issues[0]?.path).toEqual(['NATS_URL']),
  );

  it('keeps one copy of a stream, or an odd number of them', () => {
    expect(parse({}).data?.NATS_STREAM_REPLICAS).toBe(1);
    expect(parse({ NATS_STREAM_REPLICAS: '3' }).data?.NATS_STREAM_REPLICAS).toBe(3);
    expect(parse({ NATS_STREAM_REPLICAS: '2' }).success).toBe(false);
  });

  it('takes an empty path of certificates for none', () => {
    expect(parse({ NATS_CA_FILE: '' }).data?.NATS_CA_FILE).toBeUndefined();
    expect(parse({ NATS_CA_FILE: '/etc/nats/ca.pem' }).data?.NATS_CA_FILE).toBe('/etc/nats/ca.pem');
  });
});
