import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import {
  DATABASE_ROLES,
  NATS_USERS,
  type MigratorRole,
  type NatsUser,
  type ServiceName,
} from '@doorbuster/contracts';
import { readTextIfAny, writePrivateFile } from './files.js';

/** Passwords of the embedded servers. They are created once, because the servers store them, too. */
export interface Credentials {
  postgres: Record<'admin' | ServiceName | MigratorRole, string>;
  nats: Record<'admin' | NatsUser, string>;
  /** Signs the access tokens of a gateway that issues its own. */
  authJwtSecret: string;
  /** The gateway signs requests that change state with it. */
  rpcSigningKey: string;
  /** Services verify those signatures with it. */
  rpcVerificationKeys: string;
  /** Identity encrypts the keys that sign its tokens with it. */
  keyEncryptionSecret: string;
}

/** Reads the file and adds missing entries. Only the owner can read it. */
export function loadCredentials(file: string): Credentials {
  const text = readTextIfAny(file);
  const kept = text === undefined ? {} : parse(file, text);
  const credentials: Credentials = {
    postgres: complete(['admin', ...DATABASE_ROLES], kept.postgres),
    nats: complete(['admin', ...NATS_USERS], kept.nats),
    authJwtSecret: kept.authJwtSecret ?? newSecret(),
    ...rpcKeys(kept),
    keyEncryptionSecret: kept.keyEncryptionSecret ?? newSecret(),
  };
  const wanted = `${JSON.stringify(credentials, null, 2)}\n`;
  if (wanted !== text) {
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    writePrivateFile(file, wanted);
  }
  return credentials;
}

function parse(file: string, text: string): Partial<Credentials> {
  try {
    return JSON.parse(text) as Partial<Credentials>;
  } catch (cause) {
    throw new Error(`${file} is not valid JSON; restore it, or delete the whole data directory`, { cause });
  }
}

function complete<Name extends string>(
  names: readonly Name[],
  kept: Partial<Record<Name, string>> = {},
): Record<Name, string> {
  const entries = names.map((name) => [name, kept[name] ?? newSecret()]);
  return Object.fromEntries(entries) as Record<Name, string>;
}

/** An Ed25519 key pair, each key as one line of base64: PKCS #8 and SPKI. */
function rpcKeys(kept: Partial<Credentials>): Pick<Credentials, 'rpcSigningKey' | 'rpcVerificationKeys'> {
  const { rpcSigningKey, rpcVerificationKeys } = kept;
  if (rpcSigningKey && rpcVerificationKeys) return { rpcSigningKey, rpcVerificationKeys };
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    rpcSigningKey: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
    rpcVerificationKeys: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
  };
}

/** 192 bits, and only letters that need no escaping in a URL, in SQL or in a NATS configuration. */
const newSecret = (): string => randomBytes(24).toString('hex');
