import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { readConfig, readConfigOrExit } from '../src/configuration/read-config.js';
import { streamReplicas } from '../src/configuration/variables.js';
import { MessagingConfig } from '../src/messaging/messaging.module.js';
import { PersistenceConfig } from '../src/persistence/persistence.module.js';

const DATABASE_URL = 'postgres://orders:pw@127.0.0.1/doorbuster';
const spki = (format: 'pem' | 'der' = 'der', type: 'ed25519' | 'x25519' = 'ed25519'): string => {
  const { publicKey } = generateKeyPairSync(type as 'ed25519');
  return format === 'pem'
    ? publicKey.export({ format, type: 'spki' }).toString()
    : publicKey.export({ format, type: 'spki' }).toString('base64');
};
/** The configuration of a service with a schema, or the message about what is wrong with it. */
function parse(env: NodeJS.ProcessEnv): { data?: MessagingConfig & PersistenceConfig; error?: string } {
  const complete = { DATABASE_URL, NATS_URL: 'nats://orders:pw@nats', RPC_VERIFICATION_KEYS: spki(), ...env };
  try {
    return { data: Object.assign(new MessagingConfig(complete), new PersistenceConfig(complete)) };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

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
  ])('refuses %j as a broker', (NATS_URL) =>
    expect(parse({ NATS_URL }).error).toMatch(/^NATS_URL must be nats:/),
  );

  it('accepts one copy of a stream, or an odd number of copies', () => {
    expect(streamReplicas.parse(undefined)).toBe(1);
    expect(streamReplicas.parse('3')).toBe(3);
    expect(streamReplicas.safeParse('2').success).toBe(false);
  });

  it('accepts one or several public keys of gateways, as PEM or as base64', () => {
    for (const text of [spki(), `${spki()},${spki()}`, spki('pem'), spki('pem') + spki('pem')]) {
      const keys = parse({ RPC_VERIFICATION_KEYS: text }).data?.RPC_VERIFICATION_KEYS ?? [];
      expect(keys).toHaveLength(text.includes(',') || text.split('BEGIN').length === 3 ? 2 : 1);
    }
    // As a file of environment variables escapes it.
    expect(parse({ RPC_VERIFICATION_KEYS: spki('pem').replaceAll('\n', '\\n') }).data).toBeDefined();
  });

  it.each([undefined, '', 'key', `${spki()},key`, spki('der', 'x25519')])(
    'does not start without a key to verify gateways by: %j',
    (RPC_VERIFICATION_KEYS) =>
      expect(parse({ RPC_VERIFICATION_KEYS }).error).toMatch(/^RPC_VERIFICATION_KEYS must be one or more/),
  );

  it.each([
    'sslmode=no-verify',
    'ssl=no-verify',
    'sslmode=require&uselibpqcompat=true',
    'sslrootcert=ca.pem',
  ])('refuses TLS that does not verify the server: %s', (query) =>
    expect(parse({ DATABASE_URL: `${DATABASE_URL}?${query}` }).error).toMatch(
      /^DATABASE_URL must not.* DATABASE_CA_FILE/,
    ),
  );

  it('treats an empty path of certificates as absent', () => {
    expect(parse({ DATABASE_CA_FILE: '' }).data?.DATABASE_CA_FILE).toBeUndefined();
    expect(parse({ NATS_CA_FILE: '' }).data?.NATS_CA_FILE).toBeUndefined();
    expect(parse({ NATS_CA_FILE: import.meta.filename }).data?.NATS_CA_FILE).toBe(import.meta.filename);
  });
});

describe('production', () => {
  const read = (env: NodeJS.ProcessEnv) => {
    try {
      readConfig(z.object({}), env);
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  };
  const published = { DATABASE_URL: 'postgres://orders:doorbuster-development-only@db/doorbuster' };

  it('does not show the value of a secret', () => {
    const schema = z.object({ SIGNING_KEY: z.string().min(32) });
    expect(() => readConfig(schema, { SIGNING_KEY: 'too-short' })).toThrow(
      'SIGNING_KEY must have at least 32 characters; its value is not shown, because it may be a secret.',
    );
  });

  it('refuses a secret that the repository publishes, and names the variable', () => {
    expect(read({ NODE_ENV: 'production', ...published })).toMatch(
      /^DATABASE_URL must have a secret of your own/,
    );
    expect(
      read({ NODE_ENV: 'production', AUTH_JWT_SECRET: 'doorbuster-development-only-signature' }),
    ).toMatch(/^AUTH_JWT_SECRET/);
    expect(read({ NODE_ENV: 'production', DATABASE_URL: 'postgres://orders:own@db/doorbuster' })).toBe('');
  });

  it('differs from development', () => {
    expect(read({ NODE_ENV: 'development', ...published })).toBe('');
  });
});

it.each([undefined, '', 'mysql://orders:pw@db/doorbuster'])(
  'a missing or wrong variable is named, and what it must be and what it is: %j',
  (url) => {
    const is = url ? '"mysql://[redacted]@db/doorbuster"' : 'not set';
    expect(parse({ DATABASE_URL: url }).error).toBe(
      `DATABASE_URL must be postgres://role:password@host:port/database; it is ${is}.`,
    );
  },
);

it('a process with an invalid environment prints the errors and ends', () => {
  const exit = vi.spyOn(process, 'exit').mockImplementation((code) => {
    throw new Error(`exit ${code}`);
  });
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    expect(() => readConfigOrExit(z.object({ PORT: z.literal('80') }), {})).toThrow('exit 78');
    expect(said.mock.calls.join('')).toMatch(/^PORT must be 80; it is not set\.\n$/);
  } finally {
    exit.mockRestore();
    said.mockRestore();
  }
});
