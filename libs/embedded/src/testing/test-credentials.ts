import { DATABASE_ROLES, NATS_USERS } from '@doorbuster/contracts';
import type { Credentials } from '../credentials.js';

/** The same in every process of a test run, since all share one PostgreSQL and its roles. */
export function testCredentials(): Credentials {
  const passwordsOf = <Name extends string>(names: readonly Name[]) =>
    Object.fromEntries(names.map((name) => [name, `test-${name}`])) as Record<Name, string>;
  return {
    postgres: passwordsOf(['admin', ...DATABASE_ROLES]),
    nats: passwordsOf(['admin', ...NATS_USERS]),
    keyEncryptionSecret: 'test-secret-that-is-long-enough-for-keys',
    authJwtSecret: 'test-secret-that-is-long-enough-for-hs256',
    rpcSigningKey: '',
    rpcVerificationKeys: '',
  };
}
