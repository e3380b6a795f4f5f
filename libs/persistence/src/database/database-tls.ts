import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';

type DatabaseTls = Pick<ConnectionOptions, 'ca' | 'rejectUnauthorized'>;

/** Without `ssl` the connection is not encrypted. */
export interface DatabaseAddress {
  /** Without its TLS parameters, because the driver would prefer them to `ssl`. */
  url: string;
  ssl?: DatabaseTls;
}

/** Each of these means `verify-full` here. Other modes would encrypt without verifying the server. */
const VERIFIED_MODES = ['prefer', 'require', 'verify-ca', 'verify-full'];
const PLAIN_MODES = ['', 'disable'];
const TLS_PARAMETER = /^(ssl|uselibpqcompat)/i;

/**
 * TLS always verifies the server and its host name (`verify-full`): by the authority in `caFile`, or by the system's
 * authorities if only the URL's `sslmode` asks for TLS.
 *
 * @param caFile path of a PEM file, read again for each connection, because the authority can be renewed at any time
 * @throws if the URL asks for TLS with less verification, or if `caFile` contains no certificate
 */
export function databaseAddress(url: string, caFile?: string): DatabaseAddress {
  const problem = tlsProblemOf(url);
  if (problem !== undefined) throw new Error(`the database's URL ${problem}`);
  const stripped = new URL(url);
  const mode = sslModeOf(stripped);
  stripped.searchParams.delete('sslmode');
  if (caFile !== undefined) return { url: stripped.href, ssl: trusting(caFile) };
  if (PLAIN_MODES.includes(mode)) return { url: stripped.href };
  return { url: stripped.href, ssl: { rejectUnauthorized: true } };
}

/** The problem with the URL's TLS parameters and its solution; `undefined` if there is none. */
export function tlsProblemOf(url: string): string | undefined {
  const parsed = new URL(url);
  const advice = 'name the authority in DATABASE_CA_FILE and leave it out';
  for (const name of parsed.searchParams.keys()) {
    if (TLS_PARAMETER.test(name) && name !== 'sslmode') return `must not say ${name}: ${advice}`;
  }
  const mode = sslModeOf(parsed);
  if (PLAIN_MODES.includes(mode) || VERIFIED_MODES.includes(mode)) return undefined;
  return `must not say sslmode=${mode}, which proves nothing: ${advice}`;
}

/** Like the driver, which reads the environment if the URL has no `sslmode`. */
const sslModeOf = (url: URL): string => url.searchParams.get('sslmode') ?? process.env['PGSSLMODE'] ?? '';

function trusting(caFile: string): DatabaseTls {
  let ca = readCertificates(caFile);
  return {
    rejectUnauthorized: true,
    // The driver copies this object for each connection. It would not report an error here as a connection error.
    get ca() {
      try {
        ca = readCertificates(caFile);
      } catch {
        // The file is being replaced: keep the previous certificates.
      }
      return ca;
    },
  };
}

/** Refuses a text without a certificate, which would mean the system's authorities. */
function readCertificates(file: string): string {
  const text = readFileSync(file, 'utf8');
  if (!text.includes('-----BEGIN CERTIFICATE-----')) throw new Error(`${file} has no certificate in PEM`);
  return text;
}
