import { randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeTemporaryDirectory, removeTemporaryDirectory } from './temporary.js';

const KEY_ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' } as const;
const HOUR_MS = 3_600_000;

/** Paths of PEM files. */
export interface TestCertificates {
  /** The authority of the server's certificate. Nothing else trusts it. */
  caFile: string;
  /** The server's certificate and private key. Only the current user can read the key. */
  certFile: string;
  keyFile: string;
  /** Deletes all three. */
  remove(): void;
}

/**
 * Creates a server certificate for a test, signed by a new authority whose key is discarded. Valid for an hour.
 *
 * @param hosts names and addresses that the certificate is for. Another one makes a client refuse the server
 */
export async function testCertificates(
  hosts: readonly string[] = ['localhost', '127.0.0.1'],
): Promise<TestCertificates> {
  const x509 = await loadX509();
  const ca = await webcrypto.subtle.generateKey(KEY_ALGORITHM, true, ['sign', 'verify']);
  const server = await webcrypto.subtle.generateKey(KEY_ALGORITHM, true, ['sign', 'verify']);
  const issuer = `CN=doorbuster test authority ${serialNumber()}`;
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity(),
    name: issuer,
    keys: ca,
    signingAlgorithm: SIGNATURE,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
    ],
  });
  const certificate = await x509.X509CertificateGenerator.create({
    ...validity(),
    subject: `CN=${hosts[0]}`,
    issuer,
    publicKey: server.publicKey,
    signingKey: ca.privateKey,
    signingAlgorithm: SIGNATURE,
    extensions: [
      new x509.SubjectAlternativeNameExtension(
        hosts.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value })),
      ),
      new x509.ExtendedKeyUsageExtension([
        x509.ExtendedKeyUsage.serverAuth,
        x509.ExtendedKeyUsage.clientAuth,
      ]),
    ],
  });
  const key = x509.PemConverter.encode(
    await webcrypto.subtle.exportKey('pkcs8', server.privateKey),
    x509.PemConverter.PrivateKeyTag,
  );
  const directory = makeTemporaryDirectory();
  const write = (name: string, pem: string): string => {
    const file = path.join(directory, name);
    writeFileSync(file, `${pem}\n`, { mode: 0o600 });
    return file;
  };
  return {
    caFile: write('ca.crt', authority.toString('pem')),
    certFile: write('server.crt', certificate.toString('pem')),
    keyFile: write('server.key', key),
    remove: () => removeTemporaryDirectory(directory),
  };
}

/** Positive, as X.509 requires. */
const serialNumber = (): string => `00${randomBytes(8).toString('hex')}`;

/** Valid from an hour ago, in case the clock is set back. */
const validity = () => ({
  serialNumber: serialNumber(),
  notBefore: new Date(Date.now() - HOUR_MS),
  notAfter: new Date(Date.now() + HOUR_MS),
});

/** Loaded on demand: every test file imports this module, and few need certificates. */
async function loadX509() {
  await import('reflect-metadata');
  return import('@peculiar/x509');
}
