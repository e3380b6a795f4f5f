import { stdSerializers } from 'pino';

/** Redacted fields, in every spelling: `accessToken`, `access_token`, `Access-Token`. */
const SECRET = new Set([
  'accesstoken',
  'apikey',
  'authorization',
  'card',
  'cardnumber',
  'cookie',
  'cvc',
  'idtoken',
  'jwt',
  'password',
  // The payment method of an order.
  'payment',
  'paymentmethod',
  // Parameters of a failed SQL statement.
  'parameters',
  'refreshtoken',
  'secret',
  'setcookie',
  'token',
]);
const BLACKED_OUT = '[redacted]';
/** Deeper than any logged object. */
const DEPTH_MAX = 8;

/** Fields of PostgreSQL's errors that quote the failing row or input. */
const QUOTING = ['detail', 'where', 'internalQuery'];
/** The whole connection, which a pool adds to its errors. */
const CLIENT = 'client';

/** Secrets within texts such as error messages: payment methods, bearer tokens, user and password of a URL. */
const SECRET_TEXTS = [
  { pattern: /\bpm_\w+/g, instead: BLACKED_OUT },
  { pattern: /\b(Bearer) +[\w.~+/-]+=*/gi, instead: `$1 ${BLACKED_OUT}` },
  { pattern: /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, instead: BLACKED_OUT },
  { pattern: /\/\/[^/\s:@]*:[^/\s@]+@/g, instead: `//${BLACKED_OUT}@` },
];

/** A copy with secrets redacted at any depth, and with errors as plain objects. */
export function withoutSecrets<T>(value: T, depth = 0): T {
  if (typeof value === 'string') return cleaned(value) as T;
  if (typeof value !== 'object' || value === null || depth > DEPTH_MAX) return value;
  if (Array.isArray(value)) return value.map((item) => withoutSecrets<unknown>(item, depth + 1)) as T;
  if (value instanceof Error)
    return withoutSecrets(withoutQuotes({ ...stdSerializers.err(value) }), depth) as T;
  if ('toJSON' in value) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      isSecret(name) ? BLACKED_OUT : withoutSecrets<unknown>(inner, depth + 1),
    ]),
  ) as T;
}

function withoutQuotes(error: Record<string, unknown>): Record<string, unknown> {
  const left = 'severity' in error ? [...QUOTING, CLIENT] : [CLIENT];
  return Object.fromEntries(Object.entries(error).filter(([name]) => !left.includes(name)));
}

const isSecret = (name: string): boolean => SECRET.has(name.toLowerCase().replaceAll(/[-_]/g, ''));

const cleaned = (text: string): string =>
  SECRET_TEXTS.reduce((rest, { pattern, instead }) => rest.replace(pattern, instead), text);
