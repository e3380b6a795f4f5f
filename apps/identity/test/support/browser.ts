import { createHash, randomBytes } from 'node:crypto';
import { ISSUER, ORIGIN } from './identity-under-test.js';

export const CALLBACK = `${ORIGIN}/callback`;
const REDIRECTS_MAX = 10;

export interface Tokens {
  access_token: string;
  refresh_token: string;
  id_token: string;
  token_type: string;
  expires_in: number;
}

interface Cookie {
  value: string;
  path: string;
  attributes: string;
}

/** What a browser does: cookies by path, redirects and forms. It sends what the gateway would send along. */
export class Browser {
  readonly cookies = new Map<string, Cookie>();

  /** @param base called for each request: another replica may answer */
  constructor(
    private readonly base: () => string,
    readonly address = '203.0.113.7',
  ) {}

  async send(target: string, init: RequestInit = {}): Promise<Response> {
    const { pathname, search } = new URL(target, ORIGIN);
    const cookie = [...this.cookies]
      .filter(
        ([, { path }]) => pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`),
      )
      .map(([name, { value }]) => `${name}=${value}`)
      .join('; ');
    const response = await fetch(`${this.base()}${pathname}${search}`, {
      ...init,
      redirect: 'manual',
      headers: {
        accept: 'text/html',
        'x-forwarded-for': this.address,
        ...(cookie !== '' && { cookie }),
        ...(init.headers as Record<string, string>),
      },
    });
    for (const each of response.headers.getSetCookie()) this.keep(each);
    return response;
  }

  /** Follows redirects until a page, or until the shop gets the browser back. */
  async go(target: string, init?: RequestInit): Promise<{ url: string; response: Response; text: string }> {
    let url = new URL(target, ORIGIN).href;
    let response = await this.send(url, init);
    for (let count = 0; count < REDIRECTS_MAX; count += 1) {
      const location = response.headers.get('location');
      if (location === null) break;
      url = new URL(location, url).href;
      if (!url.startsWith(`${ISSUER}/`)) return { url, response, text: '' };
      response = await this.send(url);
    }
    return { url, response, text: await response.text() };
  }

  post(target: string, fields: Record<string, string>, headers: Record<string, string> = {}) {
    return this.go(target, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: { origin: ORIGIN, ...headers },
    });
  }

  private keep(text: string): void {
    const [pair = '', ...attributes] = text.split(';').map((part) => part.trim());
    const [name = '', value = ''] = pair.split(/=(.*)/s);
    const path = attributes.find((each) => each.toLowerCase().startsWith('path='))?.slice(5) ?? '/';
    const isGone = attributes.some((each) => /expires=Thu, 01 Jan 1970/i.test(each));
    if (isGone) this.cookies.delete(name);
    else this.cookies.set(name, { value, path, attributes: text });
  }
}

/** The shop in one browser: begins a log in, and exchanges its code. */
export class Shop {
  private readonly verifier = randomBytes(32).toString('base64url');
  readonly state = randomBytes(8).toString('hex');

  constructor(readonly browser: Browser) {}

  /** The address that the shop sends the browser to. */
  authorization(changes: Record<string, string> = {}): string {
    const query = new URLSearchParams({
      client_id: 'doorbuster-web',
      response_type: 'code',
      redirect_uri: CALLBACK,
      scope: 'openid email',
      state: this.state,
      code_challenge: createHash('sha256').update(this.verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...changes,
    });
    return `${ISSUER}/auth?${query}`;
  }

  /** Opens the form, and sends it. @returns the code, or the page with what is wrong */
  async enter(form: 'login' | 'register', email: string, password: string) {
    const opened = await this.browser.go(this.authorization());
    const action = form === 'login' ? opened.url : `${opened.url}/register`;
    const sent = await this.browser.post(action, { email, password });
    return { ...sent, code: codeOf(sent.url) };
  }

  token(fields: Record<string, string>): Promise<Response> {
    return this.browser.send(`${ISSUER}/token`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'doorbuster-web', ...fields }),
      // Browsers send it, also to the same origin.
      headers: { accept: 'application/json', origin: ORIGIN },
    });
  }

  exchange(code: string): Promise<Response> {
    return this.token({
      grant_type: 'authorization_code',
      code,
      redirect_uri: CALLBACK,
      code_verifier: this.verifier,
    });
  }

  refresh(refreshToken: string): Promise<Response> {
    return this.token({ grant_type: 'refresh_token', refresh_token: refreshToken });
  }

  /** Registers a new account, or logs in. */
  async tokensOf(form: 'login' | 'register', email: string, password: string): Promise<Tokens> {
    const { code, text, url } = await this.enter(form, email, password);
    if (code === undefined) throw new Error(`no code: ${url} ${text}`);
    return tokensIn(await this.exchange(code));
  }
}

export const codeOf = (url: string): string | undefined => new URL(url).searchParams.get('code') ?? undefined;

export async function tokensIn(response: Response): Promise<Tokens> {
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as Tokens;
}
