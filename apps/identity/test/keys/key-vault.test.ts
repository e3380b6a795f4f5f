import { expect, it } from 'vitest';
import type { IdentityConfig } from '../../src/identity.config.js';
import { KeyVault } from '../../src/keys/key-vault.js';

const vaultOf = (secret: string): KeyVault =>
  new KeyVault({ KEY_ENCRYPTION_SECRET: secret } as IdentityConfig);
const SECRET = 'a secret of the tests with thirty-two bytes';
const vault = vaultOf(SECRET);

it('a key is read again with the same secret, and no two encryptions are alike', () => {
  const [first, second] = [vault.encrypt('k1', 'private'), vault.encrypt('k1', 'private')];
  expect(vaultOf(SECRET).decrypt('k1', first)).toBe('private');
  expect(first.equals(second)).toBe(false);
  expect(first.toString('latin1')).not.toContain('private');
});

it('another secret, another row and a changed byte are refused, with what to do', () => {
  const stored = vault.encrypt('k1', 'private');
  const changed = Buffer.from(stored);
  changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
  const advice =
    /KEY_ENCRYPTION_SECRET does not decrypt the signing key k[12]\. Set the secret that was used before/;
  expect(() => vaultOf(`${SECRET}!`).decrypt('k1', stored)).toThrow(advice);
  expect(() => vault.decrypt('k2', stored)).toThrow(advice);
  expect(() => vault.decrypt('k1', changed)).toThrow(advice);
  expect(() => vault.decrypt('k1', Buffer.alloc(3))).toThrow(advice);
});

it('cookies are signed by a key of their own, the same in every replica', () => {
  expect(vaultOf(SECRET).cookieKey).toBe(vault.cookieKey);
  expect(vaultOf(`${SECRET}!`).cookieKey).not.toBe(vault.cookieKey);
});
