import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { IdentityConfig } from '../identity.config.js';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** The stored key was encrypted with another secret, or was changed. */
class UnreadableKeyError extends Error {
  override readonly name = 'UnreadableKeyError';
  readonly code = 'UNREADABLE_KEY';
}

/** Encrypts private keys for the database, so that a copy of the database signs no tokens. */
@Injectable()
export class KeyVault {
  private readonly key: Buffer;
  /** Signs cookies. */
  readonly cookieKey: string;

  constructor({ KEY_ENCRYPTION_SECRET: secret }: IdentityConfig) {
    this.key = derived(secret, 'signing keys');
    this.cookieKey = derived(secret, 'cookies').toString('base64url');
  }

  /** @param kid is part of the proof, so that the rows of two keys cannot be exchanged */
  encrypt(kid: string, text: string): Buffer {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHER, this.key, iv).setAAD(Buffer.from(kid));
    const encrypted = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), encrypted]);
  }

  /** @throws {UnreadableKeyError} */
  decrypt(kid: string, stored: Buffer): string {
    const iv = stored.subarray(0, IV_BYTES);
    const tag = stored.subarray(IV_BYTES, IV_BYTES + TAG_BYTES);
    try {
      const decipher = createDecipheriv(CIPHER, this.key, iv, { authTagLength: TAG_BYTES })
        .setAAD(Buffer.from(kid))
        .setAuthTag(tag);
      const text = decipher.update(stored.subarray(IV_BYTES + TAG_BYTES));
      return Buffer.concat([text, decipher.final()]).toString('utf8');
    } catch (cause) {
      throw new UnreadableKeyError(
        `KEY_ENCRYPTION_SECRET does not decrypt the signing key ${kid}. Set the secret that was used before, or delete the rows of signing_keys: then new keys are made, and the tokens of the old ones are refused.`,
        { cause },
      );
    }
  }
}

const derived = (secret: string, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', `doorbuster identity: ${purpose}`, KEY_BYTES));
