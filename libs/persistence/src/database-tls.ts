import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';

type DatabaseTls = Pick<ConnectionOptions, 'ca' | 'rejectUnauthorized'>;

/** How a connection is encrypted; without `ssl` it is not. */
export interface DatabaseAddress {
  /** Without what it said about TLS: the driver would let that win over `ssl`. */
  url: string;
  ssl?: DatabaseTls;
}

/** Each of these is taken for `verify-full`; others would encrypt without knowing for whom. */
const VERIFIED_MODES = ['prefer', 'require', 'verify-ca', 'verify-full'];
const PLAIN_MODES = ['', 'disable'];
const TLS_PARAMETER = /^(ssl|uselibpqcompat)/i;

/**
 * A connection with TLS is one whose server proves that it is the host of the URL (`verify-full`): to the authority in
 * `caFile`, or, where only the URL's `sslmode` asks for TLS, to those that the system knows. There is no TLS without proof.
 *
 * @param caFile path of a PEM file; read again for each connection, since an authority is renewed while processes run
 * @throws when the URL asks for TLS in a way that proves less, or when `caFile` has no certificate
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

/** What about TLS in the URL is refused, and what to do; `undefined` of a URL that is right. */
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

/** As the driver, which looks at the environment when the URL says nothing. */
const sslModeOf = (url: URL): string => url.searchParams.get('sslmode') ?? process.env['PGSSLMODE'] ?? '';

function trusting(caFile: string): DatabaseTls {
  let ca = readCertificates(caFile);
  return {
    rejectUnauthorized: true,
    // The driver copies this object for each connection. An error here would not be one of the connection.
    get ca() {
      try {
        ca = readCertificates(caFile);
      } catch {
        // It is being replaced: the one before is as good as it was.
      }
      return ca;
    },
  };
}

/** An empty text would mean the system's authorities. */
function readCertificates(file: string): string {
  const text = readFileSync(file, 'utf8');
  if (!text.includes('-----BEGIN CERTIFICATE-----')) throw new Error(`${file} has no certificate in PEM`);
  return text;
}
