import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';

const SIGNING_KEY_FORM = 'must be one Ed25519 private key in PKCS #8: PEM, or its base64 on one line';
const VERIFICATION_KEYS_FORM =
  'must be one or more Ed25519 public keys: PEM, or their base64 separated by commas';

/**
 * The gateway's key, which signs the requests that change state. Ed25519 in PKCS #8, as `openssl genpkey -algorithm ed25519`
 * writes it: the PEM, or only its base64, which fits on one line.
 */
export const signingKey = z.string(SIGNING_KEY_FORM).transform((text, context) => {
  const [key, ...more] = base64Of(text).map(privateKeyOf);
  if (key && more.length === 0) return key;
  context.addIssue(SIGNING_KEY_FORM);
  return z.NEVER;
});

/**
 * Public keys of gateways, as `openssl pkey -pubout` writes them: concatenated PEM blocks, or their base64 separated by commas.
 * During a change of keys there are two, the old and the new.
 */
export const verificationKeys = z.string(VERIFICATION_KEYS_FORM).transform((text, context) => {
  const keys = base64Of(text).map(publicKeyOf);
  if (keys.length > 0 && keys.every((key) => key !== undefined)) return keys;
  context.addIssue(VERIFICATION_KEYS_FORM);
  return z.NEVER;
});

const ARMOUR = /-----[A-Z ]+-----/;

const base64Of = (text: string): string[] =>
  text
    .split(ARMOUR)
    .flatMap((part) => part.split(','))
    // Some tools pass a line break as the two characters `\n`.
    .map((part) => part.replaceAll(/\\n|\s/g, ''))
    .filter((part) => part !== '');

const privateKeyOf = (base64: string): KeyObject | undefined =>
  ed25519(() => createPrivateKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'pkcs8' }));

const publicKeyOf = (base64: string): KeyObject | undefined =>
  ed25519(() => createPublicKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'spki' }));

/** The error does not contain the text, because it is a secret. */
function ed25519(read: () => KeyObject): KeyObject | undefined {
  try {
    const key = read();
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined;
  }
}
