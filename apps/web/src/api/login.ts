import { api } from './anonymous.js';
import { newKey } from './random.js';
import { readJson, writeJson } from './store.js';
import { claimsOf, session, setSession, type Claims, type Session } from './session.js';

const CLIENT_ID = 'doorbuster-web';
const SCOPE = 'openid email';
const PENDING_KEY = 'doorbuster.login';

/** What the shop needs of https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata */
interface Provider {
  issuer: string;
  authorization_endpoint: string;
  token_endpoint: string;
  end_session_endpoint?: string;
}

interface Tokens {
  access_token: string;
  expires_in: number;
  refresh_token?: string;
  id_token?: string;
}

/** Kept while the browser is at the provider. */
interface PendingLogin {
  state: string;
  verifier: string;
  /** The page to return to. */
  returnTo: string;
}

let discovered: Promise<Provider | null> | undefined;

/** The OpenID provider of this shop; `null` where development tokens take its place. */
export function provider(): Promise<Provider | null> {
  discovered ??= discover().catch((error: unknown) => {
    discovered = undefined;
    throw error;
  });
  return discovered;
}

async function discover(): Promise<Provider | null> {
  const response = await fetch('/id/.well-known/openid-configuration', {
    headers: { accept: 'application/json' },
  });
  if (response.status >= 500) throw new Error(`the login answers ${response.status}`);
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return response.ok && isJson ? ((await response.json()) as Provider) : null;
}

/** Leaves the page for the provider's. https://www.rfc-editor.org/rfc/rfc7636 */
export async function logInAt({ issuer, authorization_endpoint }: Provider, returnTo: string): Promise<void> {
  const { origin } = new URL(issuer);
  if (origin !== location.origin) {
    // The shop was opened by another name, such as 127.0.0.1. The provider sends the browser back to its own only.
    location.assign(`${origin}/account?returnTo=${encodeURIComponent(returnTo)}`);
    return;
  }
  const pending: PendingLogin = { state: newKey(), verifier: newKey() + newKey(), returnTo };
  writeJson(sessionStorage, PENDING_KEY, pending);
  const url = new URL(authorization_endpoint);
  const parameters = {
    client_id: CLIENT_ID,
    response_type: 'code',
    scope: SCOPE,
    redirect_uri: `${location.origin}/callback`,
    state: pending.state,
    code_challenge: await challengeOf(pending.verifier),
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  location.assign(url);
}

async function challengeOf(verifier: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  return btoa(String.fromCharCode(...new Uint8Array(digest)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

/**
 * Exchanges the code that the provider sent the browser back with.
 * @returns the page to return to
 */
export async function finishLogin(query: URLSearchParams): Promise<string> {
  const pending = readJson<PendingLogin>(sessionStorage, PENDING_KEY);
  const code = query.get('code');
  const at = await provider();
  if (!at || !pending || code === null || query.get('state') !== pending.state)
    throw new Error(query.get('error_description') ?? 'This login was not started in this tab.');
  const tokens = await requestTokens(at, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: `${location.origin}/callback`,
    code_verifier: pending.verifier,
  });
  writeJson(sessionStorage, PENDING_KEY, undefined);
  setSession(sessionOf(tokens));
  return pending.returnTo;
}

async function requestTokens({ token_endpoint }: Provider, fields: Record<string, string>): Promise<Tokens> {
  const response = await fetch(token_endpoint, {
    method: 'POST',
    body: new URLSearchParams({ client_id: CLIENT_ID, ...fields }),
  });
  if (!response.ok) throw new TokenRefusedError(response.status);
  return (await response.json()) as Tokens;
}

class TokenRefusedError extends Error {
  override readonly name = 'TokenRefusedError';

  constructor(readonly status: number) {
    super(`the login answers ${status}`);
  }
}

const sessionOf = (tokens: Tokens): Session => ({
  customerId: claimsOf(tokens.access_token).sub,
  name: tokens.id_token === undefined ? undefined : nameIn(claimsOf(tokens.id_token)),
  accessToken: tokens.access_token,
  expiresAt: Date.now() + tokens.expires_in * 1_000,
  refreshToken: tokens.refresh_token,
  idToken: tokens.id_token,
});

const nameIn = ({ name, email }: Claims): string | undefined => name ?? email;

/** For development: a token for any name. */
export async function logInAs(customerId: string): Promise<Session> {
  const { accessToken, expiresIn } = await api.issueToken({ customerId });
  const next = { customerId, accessToken, expiresAt: Date.now() + expiresIn * 1_000 };
  setSession(next);
  return next;
}

/** A customer id of what was typed: "Ann Lee" is `ann-lee`. */
export const customerIdOf = (name: string): string =>
  name
    .trim()
    .normalize('NFD')
    .toLowerCase()
    .replaceAll(/\p{Mn}/gu, '')
    .replaceAll(/[^a-z0-9._@:|-]+/g, '-')
    .replaceAll(/^[^a-z0-9]+|-+$/g, '')
    .slice(0, 128);

const RENEWED_KEY = 'doorbuster.renewed';
const ANSWER_MS = 1_000;

/** Names a refresh token in storage that other tabs read, and is of no use to log in with. */
const markOf = ({ refreshToken }: Session): string | undefined => refreshToken?.slice(0, 8);

/**
 * A new token for the same customer; `undefined` when there is none to have. One tab at a time: the provider revokes a
 * login whose refresh token is used twice.
 */
export async function renewed(old: Session): Promise<Session | undefined> {
  const renew = async (): Promise<Session | undefined> => {
    // Another tab held the lock before, and its message with the new tokens may come after the lock.
    if (markOf(old) !== undefined && localStorage.getItem(RENEWED_KEY) === markOf(old))
      await sessionOtherThan(old);
    const now = session.get();
    if (now && now.accessToken !== old.accessToken) return now;
    try {
      return await renewNow(old);
    } catch (error) {
      if (error instanceof TokenRefusedError && error.status < 500) return undefined;
      throw error;
    }
  };
  // Locks are missing where the shop is opened by http and an address; so is the provider then.
  return 'locks' in navigator ? navigator.locks.request(PENDING_KEY, renew) : renew();
}

const sessionOtherThan = (old: Session): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      unsubscribe();
      resolve();
    };
    const endIfChanged = (): void => {
      if (session.get()?.accessToken !== old.accessToken) end();
    };
    const timer = setTimeout(end, ANSWER_MS);
    const unsubscribe = session.subscribe(endIfChanged);
    endIfChanged();
  });

async function renewNow(old: Session): Promise<Session | undefined> {
  const at = await provider();
  if (!at) return logInAs(old.customerId).catch(() => undefined);
  if (old.refreshToken === undefined) return undefined;
  const tokens = await requestTokens(at, { grant_type: 'refresh_token', refresh_token: old.refreshToken });
  localStorage.setItem(RENEWED_KEY, markOf(old) ?? '');
  const fresh = sessionOf(tokens);
  const next = { ...fresh, name: fresh.name ?? old.name, idToken: fresh.idToken ?? old.idToken };
  setSession(next);
  return next;
}

/** Ends the session here, in the other tabs and at the provider. */
export async function logOut(): Promise<void> {
  const ended = session.get();
  setSession(undefined);
  const at = await provider().catch(() => null);
  if (!at?.end_session_endpoint || ended?.idToken === undefined) return;
  const url = new URL(at.end_session_endpoint);
  url.searchParams.set('id_token_hint', ended.idToken);
  url.searchParams.set('post_logout_redirect_uri', `${location.origin}/`);
  location.assign(url);
}
