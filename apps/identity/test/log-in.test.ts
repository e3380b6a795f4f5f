import { entityMismatches } from '@doorbuster/persistence/testing';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify, type JSONWebKeySet } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { identitySchema } from '../src/identity.schema.js';
import { Browser, CALLBACK, Shop, tokensIn, type Tokens } from './support/browser.js';
import { IdentityUnderTest, ISSUER, ORIGIN } from './support/identity-under-test.js';

const PASSWORD = 'correct horse battery';

let identity: IdentityUnderTest;
beforeAll(async () => {
  identity = await IdentityUnderTest.start();
});
afterAll(() => identity?.stop());

let count = 0;
const anEmail = (): string => `ann-${(count += 1)}@example.com`;
/** Each from an address of its own. */
const aShop = (): Shop => new Shop(new Browser(() => identity.url(), `198.51.100.${(count += 1)}`));

async function claimsOf({ access_token: token }: Tokens) {
  const keys = (await (await fetch(`${identity.url()}/id/jwks`)).json()) as JSONWebKeySet;
  return jwtVerify(token, createLocalJWKSet(keys), {
    issuer: ISSUER,
    audience: 'doorbuster',
    requiredClaims: ['sub', 'exp', 'role'],
  });
}

it('the entities match the tables after all migrations', async () => {
  expect(await entityMismatches({ ...identitySchema, url: identity.ownerUrl })).toEqual([]);
});

it('discovery names the public addresses, whatever the Host header says', async () => {
  const response = await fetch(`${identity.url()}/id/.well-known/openid-configuration`, {
    headers: { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'gopher' },
  });
  expect(await response.json()).toMatchObject({
    issuer: ISSUER,
    authorization_endpoint: `${ISSUER}/auth`,
    token_endpoint: `${ISSUER}/token`,
    jwks_uri: `${ISSUER}/jwks`,
    end_session_endpoint: `${ISSUER}/session/end`,
    code_challenge_methods_supported: ['S256'],
    response_types_supported: ['code'],
  });
});

it('a path outside of the issuer is not found', async () => {
  expect((await fetch(`${identity.url()}/jwks`)).status).toBe(404);
});

describe('registering', () => {
  it('logs in, and the access token is for the API with the role of a customer', async () => {
    const email = anEmail();
    const shop = aShop();
    const tokens = await shop.tokensOf('register', email.toUpperCase(), PASSWORD);
    const { payload, protectedHeader } = await claimsOf(tokens);
    expect(payload).toMatchObject({ iss: ISSUER, aud: 'doorbuster', role: 'customer' });
    expect(payload.sub).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(protectedHeader).toMatchObject({ alg: 'ES256', typ: 'at+jwt' });
    expect(tokens.token_type).toBe('Bearer');
    expect(
      JSON.parse(Buffer.from(tokens.id_token.split('.')[1] ?? '', 'base64url').toString()),
    ).toMatchObject({
      sub: payload.sub,
      email,
    });
    const [row] = await identity.query<{ hash: string }>(
      'select password_hash as hash from accounts where email = $1',
      [email],
    );
    expect(row?.hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  it('says what is wrong with the fields, and keeps the address', async () => {
    const page = await aShop().enter('register', 'ann at example', 'short');
    expect(page.response.status).toBe(422);
    expect(page.text).toContain('Enter an address such as ann@example.com.');
    expect(page.text).toContain('Choose a password of 10 characters or more.');
    expect(page.text).toContain('value="ann at example"');
    expect(page.text).not.toContain('short');
  });

  it('refuses an address with an invisible character', async () => {
    for (const character of ['\0', '\u0007', '\u200b', '\u202e']) {
      for (const form of ['register', 'login'] as const) {
        const page = await aShop().enter(form, `a${character}nn@example.com`, PASSWORD);
        expect(page.response.status).toBe(422);
        expect(page.text).toContain('Enter an address such as ann@example.com.');
      }
    }
  });

  it('refuses an address that has an account', async () => {
    const email = anEmail();
    await aShop().tokensOf('register', email, PASSWORD);
    const page = await aShop().enter('register', email, PASSWORD);
    expect(page.response.status).toBe(422);
    expect(page.text).toContain('There is an account with this address.');
  });

  it('escapes what was typed', async () => {
    const page = await aShop().enter('register', '"><script>alert(1)</script>', PASSWORD);
    expect(page.text).not.toContain('<script');
    expect(page.text).toContain('&lt;script&gt;');
  });
});

describe('logging in', () => {
  it('needs no password while the session lasts', async () => {
    const shop = aShop();
    const first = await claimsOf(await shop.tokensOf('register', anEmail(), PASSWORD));
    const again = new Shop(shop.browser);
    // Clients ask for more scopes than there are.
    const scope = 'openid profile email offline_access';
    const { url } = await shop.browser.go(again.authorization({ scope }));
    expect(url.startsWith(`${CALLBACK}?`)).toBe(true);
    expect(new URL(url).searchParams.get('state')).toBe(again.state);
    const second = await claimsOf(
      await tokensIn(await again.exchange(new URL(url).searchParams.get('code') ?? '')),
    );
    expect(second.payload.sub).toBe(first.payload.sub);
  });

  it('gives the same answer for a wrong password and an unknown address', async () => {
    const email = anEmail();
    await aShop().tokensOf('register', email, PASSWORD);
    const wrong = await aShop().enter('login', email, 'wrong horse battery');
    const unknown = await aShop().enter('login', 'nobody@example.com', 'wrong horse battery');
    const general = (text: string): string =>
      text.replaceAll(/interaction\/[\w-]+/g, 'interaction/X').replaceAll(/value="[^"]*"/g, 'value=""');
    expect(wrong.response.status).toBe(422);
    expect(unknown.response.status).toBe(422);
    expect(general(unknown.text)).toBe(general(wrong.text));
    expect(wrong.text).toContain('The email address or the password is wrong.');
  });

  it('refuses a form of another site', async () => {
    const shop = aShop();
    const { url } = await shop.browser.go(shop.authorization());
    for (const headers of [{ origin: 'https://evil.example' }, { origin: 'null' }]) {
      const { response } = await shop.browser.post(
        url,
        { email: 'a@b.example', password: PASSWORD },
        headers,
      );
      expect(response.status).toBe(403);
    }
  });

  it('refuses an interaction of another browser', async () => {
    const { browser } = aShop();
    const { url } = await browser.go(new Shop(browser).authorization());
    const other = aShop();
    await other.browser.go(other.authorization());
    const { response, text } = await other.browser.post(url, { email: 'a@b.example', password: PASSWORD });
    expect(response.status).toBe(400);
    expect(text).toContain('This page has expired');
  });

  it('refuses a body that is too large, and one that is not a form', async () => {
    const shop = aShop();
    const { url } = await shop.browser.go(shop.authorization());
    const large = await shop.browser.post(url, { email: 'a@b.example', password: 'x'.repeat(9_000) });
    expect(large.response.status).toBe(413);
    const json = await shop.browser.send(url, {
      method: 'POST',
      body: '{}',
      headers: { origin: ORIGIN, 'content-type': 'application/json' },
    });
    expect(json.status).toBe(415);
  });

  it('sends a code to no other address, and needs PKCE', async () => {
    const shop = aShop();
    const elsewhere = await shop.browser.go(
      shop.authorization({ redirect_uri: 'https://evil.example/callback' }),
    );
    expect(elsewhere.response.status).toBe(400);
    const plain = await shop.browser.go(
      shop.authorization({ code_challenge: '', code_challenge_method: '' }),
    );
    expect(new URL(plain.url).searchParams.get('error')).toBe('invalid_request');
    const consent = await shop.browser.go(shop.authorization({ prompt: 'consent' }));
    expect(new URL(consent.url).searchParams.get('error')).toBe('invalid_request');
  });

  it('a code works once, and only with its verifier', async () => {
    const email = anEmail();
    await aShop().tokensOf('register', email, PASSWORD);
    const shop = aShop();
    const { code = '' } = await shop.enter('login', email, PASSWORD);
    expect((await aShop().exchange(code)).status).toBe(400);
    const later = aShop();
    const { code: second = '' } = await later.enter('login', email, PASSWORD);
    const { refresh_token: token } = await tokensIn(await later.exchange(second));
    expect((await later.exchange(second)).status).toBe(400);
    // The second use revokes what the first one gave.
    expect((await later.refresh(token)).status).toBe(400);
  });
});

describe('the pages', () => {
  it('need no script, load one stylesheet, and forbid everything else', async () => {
    const shop = aShop();
    const { response, text, url } = await shop.browser.go(shop.authorization());
    expect(response.headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    expect(response.headers.get('cache-control')).toContain('no-store');
    expect(text).not.toMatch(/<script|<style|style="|\son\w+=/);
    expect(text).toContain(`action="${new URL(url).pathname}"`);
    const [, styles = ''] = /href="(\/id\/styles-[0-9a-f]{12}\.css)"/.exec(text) ?? [];
    const css = await shop.browser.send(styles);
    expect(css.headers.get('content-type')).toContain('text/css');
    expect(css.headers.get('cache-control')).toContain('immutable');
  });

  it('keep their cookies from scripts and other sites, and over https from plain connections', async () => {
    const shop = aShop();
    await shop.tokensOf('register', anEmail(), PASSWORD);
    const cookies = [...shop.browser.cookies.values()].map(({ attributes }) => attributes.toLowerCase());
    expect(cookies.length).toBeGreaterThan(1);
    for (const cookie of cookies) {
      expect(cookie).toContain('httponly');
      expect(cookie).toContain('samesite=lax');
    }
  });
});

it('the signature of a token does not verify with a key of another algorithm', async () => {
  const tokens = await aShop().tokensOf('register', anEmail(), PASSWORD);
  const { kid } = decodeProtectedHeader(tokens.access_token);
  const { keys } = (await (await fetch(`${identity.url()}/id/jwks`)).json()) as JSONWebKeySet;
  expect(keys.map((key) => key.kid)).toContain(kid);
  for (const key of keys) expect(Object.keys(key)).not.toContain('d');
});
