import { ApiError } from '@doorbuster/api-client/browser';
import { api } from './anonymous.js';
import { session, setSession, type Session } from './session.js';

export { api, ApiError };

/** A token that ends sooner than this is renewed before the call. */
const RENEW_BEFORE_MS = 60_000;

/** The customer has to log in first. */
export class LoginNeededError extends Error {
  override readonly name = 'LoginNeededError';
}

type Client = ReturnType<typeof api.as>;

/**
 * The API as the customer who is logged in. A token that the gateway refuses is renewed once.
 *
 * @throws {LoginNeededError} without a session, or when it has ended
 */
export async function asCustomer<T>(call: (client: Client) => Promise<T>): Promise<T> {
  const before = await current();
  try {
    return await call(api.as(before.accessToken));
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
    const after = await renewOrEnd(before);
    return call(api.as(after.accessToken));
  }
}

async function current(): Promise<Session> {
  const now = session.get();
  if (!now) throw new LoginNeededError();
  return now.expiresAt - Date.now() > RENEW_BEFORE_MS ? now : renewOrEnd(now);
}

async function renewOrEnd(old: Session): Promise<Session> {
  // Loaded when it is needed: few visits last as long as a token.
  const { renewed } = await import('./login.js');
  const next = await renewed(old);
  if (next) return next;
  setSession(undefined);
  throw new LoginNeededError();
}
