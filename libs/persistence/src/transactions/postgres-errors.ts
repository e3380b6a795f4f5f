import { isPermanentError } from '@doorbuster/contracts';
import { isBrokerUnavailable } from '@doorbuster/messaging';
import {
  CannotExecuteNotConnectedError,
  ConnectionIsNotSetError,
  QueryFailedError,
  QueryRunnerAlreadyReleasedError,
  QueryRunnerProviderAlreadyReleasedError,
  TransactionNotStartedError,
} from 'typeorm';

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const TRANSIENT_CLASSES = ['08', '25', '40', '53', '57', '58'];
const LOCK_NOT_AVAILABLE = '55P03';
const UNIQUE_VIOLATION = '23505';
/** Data exceptions and integrity constraint violations: the same rows fail again. */
const PERMANENT_CLASSES = ['22', '23'];
const SYNTAX_ERROR = '42601';
const TRANSIENT_NODE_CODES = [
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETRESET',
  'ENETUNREACH',
  'ENOENT',
  'ENOTCONN',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
];
/** Verification of the server failed: its certificate is being renewed, or a clock is wrong. */
const TLS_CODE = /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_)/;
/** TypeORM's errors after a connection was lost between two statements of a transaction. */
const LOST_CONNECTION_ERRORS = [
  CannotExecuteNotConnectedError,
  ConnectionIsNotSetError,
  QueryRunnerAlreadyReleasedError,
  QueryRunnerProviderAlreadyReleasedError,
  TransactionNotStartedError,
];
/** Errors of the driver that have no code. */
const TRANSIENT_MESSAGE =
  /connection (terminated|ended)|does not support SSL|timeout exceeded when trying to connect|not queryable|closed the connection|query read timeout|use a pool after calling end/i;

/** The SQLSTATE of an error, `undefined` if the error is not the server's. */
export function sqlStateOf(error: unknown): string | undefined {
  const code = codeOf(error);
  return code !== undefined && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

const codeOf = (error: unknown): string | undefined => {
  const cause: unknown = error instanceof QueryFailedError ? error.driverError : error;
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
};

/** The connection to the server was lost or refused, or the server is starting or stopping. */
export function isConnectionLost(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== undefined && TRANSIENT_NODE_CODES.includes(code)) return true;
  const state = sqlStateOf(error);
  if (state !== undefined) return state.startsWith('08') || state.startsWith('57P');
  if (LOST_CONNECTION_ERRORS.some((type) => error instanceof type)) return true;
  return error instanceof Error && TRANSIENT_MESSAGE.test(error.message);
}

/** The same work may succeed later: a lost connection, a restart of the server, a lost lock or serialization. */
export function isTransient(error: unknown): boolean {
  const code = codeOf(error);
  if (code === LOCK_NOT_AVAILABLE || (code !== undefined && TRANSIENT_NODE_CODES.includes(code))) return true;
  if (code !== undefined && TLS_CODE.test(code)) return true;
  const state = sqlStateOf(error);
  if (state !== undefined) return TRANSIENT_CLASSES.includes(state.slice(0, 2));
  if (LOST_CONNECTION_ERRORS.some((type) => error instanceof type)) return true;
  return isBrokerUnavailable(error) || (error instanceof Error && TRANSIENT_MESSAGE.test(error.message));
}

/**
 * The same work is certain to fail again: the data violates a constraint or a type, the statement has a syntax error, or the
 * error itself says so ({@link isPermanentError}). An error that is neither permanent nor transient is unknown.
 */
export function isPermanent(error: unknown): boolean {
  const state = sqlStateOf(error);
  if (state === undefined) return isPermanentError(error);
  return PERMANENT_CLASSES.includes(state.slice(0, 2)) || state === SYNTAX_ERROR;
}

/** Another transaction has written the same key. After a new start the work can read its row. */
export const isUniqueViolation = (error: unknown): boolean => codeOf(error) === UNIQUE_VIOLATION;

/** A statement waited longer than `lock_timeout` for a lock. */
export const isLockTimeout = (error: unknown): boolean => codeOf(error) === LOCK_NOT_AVAILABLE;
