import { QueryFailedError } from 'typeorm';

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const TRANSIENT_CLASSES = ['08', '25', '40', '53', '57', '58'];
const LOCK_NOT_AVAILABLE = '55P03';
const UNIQUE_VIOLATION = '23505';
const TRANSIENT_NODE_CODES = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOENT', 'EAI_AGAIN'];
/** The driver gives these without a code. */
const TRANSIENT_MESSAGE =
  /connection terminated|timeout exceeded when trying to connect|not queryable|closed the connection|query read timeout/i;

/** The five characters by which PostgreSQL names an error; `undefined` when the server did not say it. */
export function sqlStateOf(error: unknown): string | undefined {
  const code = codeOf(error);
  return code !== undefined && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

const codeOf = (error: unknown): string | undefined => {
  const cause: unknown = error instanceof QueryFailedError ? error.driverError : error;
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
};

/** The same work may succeed later: the connection broke, the server restarts, a lock or a serialization lost. */
export function isTransient(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== undefined) {
    if (code === LOCK_NOT_AVAILABLE || TRANSIENT_NODE_CODES.includes(code)) return true;
    if (/^[0-9A-Z]{5}$/.test(code)) return TRANSIENT_CLASSES.includes(code.slice(0, 2));
  }
  return error instanceof Error && TRANSIENT_MESSAGE.test(error.message);
}

/** Another transaction wrote the same key in the meantime; loading again shows what it wrote. */
export const isUniqueViolation = (error: unknown): boolean => codeOf(error) === UNIQUE_VIOLATION;
