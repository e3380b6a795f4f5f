import { createStore, readJson, useStore, writeJson } from './store.js';

/** Who is logged in, and how the token is renewed. */
export interface Session {
  customerId: string;
  /** To be shown instead of the id. */
  name?: string | undefined;
  accessToken: string;
  /** Milliseconds since 1970, by the page's clock. */
  expiresAt: number;
  /** Of the OpenID provider. Without one, development tokens are issued again for the same name. */
  refreshToken?: string | undefined;
  idToken?: string | undefined;
}

const KEY = 'doorbuster.session';

/** Session storage ends with the tab. Another tab asks this one: {@link shareSession}. */
export const session = createStore<Session | undefined>(readJson<Session>(sessionStorage, KEY));
session.subscribe(() => writeJson(sessionStorage, KEY, session.get()));

export const useSession = (): Session | undefined => useStore(session);

type Message = { kind: 'ask' } | { kind: 'is'; session: Session | undefined };

let channel: BroadcastChannel | undefined;

/** Tabs of one browser have one session: a new tab asks the others, and each tells its changes. */
export function shareSession(): void {
  channel = new BroadcastChannel(KEY);
  channel.addEventListener('message', ({ data }: MessageEvent<Message>) => {
    if (data.kind === 'is') session.set(data.session);
    else if (session.get()) tell(session.get());
  });
  if (!session.get()) channel.postMessage({ kind: 'ask' } satisfies Message);
}

/** Logs in, renews or, with `undefined`, logs out: here and in the other tabs. */
export function setSession(next: Session | undefined): void {
  session.set(next);
  tell(next);
}

function tell(is: Session | undefined): void {
  channel?.postMessage({ kind: 'is', session: is } satisfies Message);
}

export interface Claims {
  sub: string;
  name?: string;
  email?: string;
}

/** The claims of a token, for display: the gateway is who verifies it. */
export function claimsOf(token: string): Claims {
  const [, payload = ''] = token.split('.');
  const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (each) =>
    each.charCodeAt(0),
  );
  return JSON.parse(new TextDecoder().decode(bytes)) as Claims;
}
