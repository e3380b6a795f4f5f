import { eventually } from '@doorbuster/embedded/testing';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OidcRecords } from '../src/oidc/oidc-records.repository.js';
import { Browser, codeOf, Shop, tokensIn, type Tokens } from './support/browser.js';
import { IdentityUnderTest, ISSUER, ORIGIN } from './support/identity-under-test.js';

const PASSWORD = 'correct horse battery';

let identity: IdentityUnderTest;
beforeAll(async () => {
  identity = await IdentityUnderTest.start();
  await identity.add();
});
afterAll(() => identity?.stop());

let count = 0;
const anEmail = (): string => `ben-${(count += 1)}@example.com`;
let turn = 0;
/** Each request goes to the other replica. */
const eitherReplica = (): string => identity.url((turn += 1) % 2);
const aBrowser = (address = `198.51.100.${(count += 1)}`): Browser => new Browser(eitherReplica, address);
const aShop = (browser = aBrowser()): Shop => new Shop(browser);
const bearer = ({ access_token: token }: Tokens) => ({ authorization: `Bearer ${token}` });

describe('refresh tokens', () => {
  it('rotate over both replicas, and end when the first one would', async () => {
    const shop = aShop();
    let tokens = await shop.tokensOf('register', anEmail(), PASSWORD);
    const seen = new Set([tokens.refresh_token]);
    for (let use = 0; use < 3; use += 1) {
      tokens = await tokensIn(await shop.refresh(tokens.refresh_token));
      seen.add(tokens.refresh_token);
    }
    expect(seen.size).toBe(4);
    const [row] = await identity.query<{ kinds: number }>(
      `select count(distinct (payload ->> 'exp'))::int as kinds from oidc_records where model = 'RefreshToken'
       and account_id = $1`,
      [decodeJwt(tokens.access_token).sub],
    );
    expect(row?.kinds).toBeLessThanOrEqual(2);
  });

  it('a second use revokes the grant with its newest token', async () => {
    const shop = aShop();
    const first = await shop.tokensOf('register', anEmail(), PASSWORD);
    const second = await tokensIn(await shop.refresh(first.refresh_token));
    const reuse = await shop.refresh(first.refresh_token);
    expect(reuse.status).toBe(400);
    expect(await reuse.json()).toMatchObject({ error: 'invalid_grant' });
    expect((await shop.refresh(second.refresh_token)).status).toBe(400);
  });

  it('of concurrent uses at most one succeeds, and then nothing of the grant works', async () => {
    const shop = aShop();
    const { refresh_token: token } = await shop.tokensOf('register', anEmail(), PASSWORD);
    const answers = await Promise.all(Array.from({ length: 6 }, () => shop.refresh(token)));
    const given = answers.filter(({ status }) => status === 200);
    expect(given.length).toBeLessThanOrEqual(1);
    for (const answer of given) {
      expect((await shop.refresh((await tokensIn(answer)).refresh_token)).status).toBe(400);
    }
  });

  it('are exchanged by no page of another origin', async () => {
    const shop = aShop();
    const { refresh_token: token } = await shop.tokensOf('register', anEmail(), PASSWORD);
    const response = await shop.browser.send(`${ISSUER}/token`, {
      method: 'POST',
      body: new URLSearchParams({
        client_id: 'doorbuster-web',
        grant_type: 'refresh_token',
        refresh_token: token,
      }),
      headers: { accept: 'application/json', origin: 'https://evil.example' },
    });
    expect(response.status).toBe(400);
    expect(response.headers.has('access-control-allow-origin')).toBe(false);
    expect((await shop.refresh(token)).status).toBe(200);
  });

  it('are stored as hashes', async () => {
    const tokens = await aShop().tokensOf('register', anEmail(), PASSWORD);
    const [row] = await identity.query<{ found: number }>(
      'select count(*)::int as found from oidc_records where position($1 in payload::text) > 0',
      [tokens.refresh_token],
    );
    expect(row?.found).toBe(0);
  });
});

describe('logging out', () => {
  it('asks first, then ends the session and its refresh tokens', async () => {
    const shop = aShop();
    const tokens = await shop.tokensOf('register', anEmail(), PASSWORD);
    const query = new URLSearchParams({
      id_token_hint: tokens.id_token,
      post_logout_redirect_uri: `${ORIGIN}/`,
      state: 'bye',
    });
    const { text } = await shop.browser.go(`${ISSUER}/session/end?${query}`);
    expect(text).toContain('Log out?');
    const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(text) ?? [];
    const forged = await shop.browser.post(`${ISSUER}/session/end/confirm`, {
      xsrf: 'guessed',
      logout: 'yes',
    });
    expect(forged.response.status).toBe(400);
    const again = await tokensIn(await shop.refresh(tokens.refresh_token));
    const done = await shop.browser.post(`${ISSUER}/session/end/confirm`, { xsrf, logout: 'yes' });
    expect(done.url).toBe(`${ORIGIN}/?state=bye`);
    expect((await shop.refresh(again.refresh_token)).status).toBe(400);
    const next = await shop.browser.go(new Shop(shop.browser).authorization());
    expect(next.text).toContain('Log in');
  });

  it('sends a browser to no other address', async () => {
    const shop = aShop();
    const tokens = await shop.tokensOf('register', anEmail(), PASSWORD);
    const query = new URLSearchParams({
      id_token_hint: tokens.id_token,
      post_logout_redirect_uri: 'https://evil.example/',
    });
    expect((await shop.browser.go(`${ISSUER}/session/end?${query}`)).response.status).toBe(400);
  });
});

describe("one's own data", () => {
  it('are exported without secrets', async () => {
    const email = anEmail();
    const shop = aShop();
    const tokens = await shop.tokensOf('register', email, PASSWORD);
    const response = await shop.browser.send(`${ISSUER}/account`, { headers: bearer(tokens) });
    expect(response.headers.get('content-disposition')).toContain('attachment');
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({
      account: { id: decodeJwt(tokens.access_token).sub, email, role: 'customer' },
      sessions: [{ createdAt: expect.any(String), expiresAt: expect.any(String) }],
    });
    expect(text).not.toContain('argon2');
  });

  it('are not for a caller without a token, or with one that is not an access token', async () => {
    const shop = aShop();
    const tokens = await shop.tokensOf('register', anEmail(), PASSWORD);
    const forged = `${tokens.access_token.slice(0, -8)}AAAAAAAA`;
    for (const token of ['', 'x', tokens.id_token, forged]) {
      const response = await shop.browser.send(`${ISSUER}/account`, {
        headers: { authorization: `Bearer ${token}` },
      });
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ code: 'UNAUTHENTICATED' });
    }
  });

  it('are deleted with the password, and everything ends', async () => {
    const email = anEmail();
    const shop = aShop();
    const tokens = await shop.tokensOf('register', email, PASSWORD);
    const id = String(decodeJwt(tokens.access_token).sub);
    const forget = (password: string) =>
      shop.browser.send(`${ISSUER}/account`, {
        method: 'DELETE',
        body: JSON.stringify({ password }),
        headers: { ...bearer(tokens), 'content-type': 'application/json' },
      });
    expect((await forget('a wrong password')).status).toBe(403);
    expect((await forget(PASSWORD)).status).toBe(204);
    expect((await forget(PASSWORD)).status).toBe(401);
    expect((await shop.refresh(tokens.refresh_token)).status).toBe(400);
    expect((await shop.browser.go(new Shop(shop.browser).authorization())).text).toContain('Log in');
    expect((await aShop().enter('login', email, PASSWORD)).response.status).toBe(422);
    const left = await identity.query(
      `select 1 from accounts where email = $1 union all
       select 1 from oidc_records where position($1 in payload::text) > 0 or account_id = $2`,
      [email, id],
    );
    expect(left).toEqual([]);
    expect(await identity.receive(id)).toMatchObject([{ data: { accountId: id } }]);
    const entries = await identity.query(
      'select actor_id, action, target, outcome, address from audit_log where target = $1',
      [id],
    );
    expect(entries).toEqual([
      { actor_id: id, action: 'delete-account', target: id, outcome: 'DONE', address: null },
    ]);
    // The address is free again, for another account.
    expect((await aShop().enter('register', email, PASSWORD)).code).toBeTypeOf('string');
  });
});

it('expired rows are deleted in batches', async () => {
  const records = identity.replica(0).get(OidcRecords);
  await identity.query(
    `insert into oidc_records (model, id, payload, expires_at)
     select 'Session', sha256(n::text::bytea), '{}', now() - interval '1 day' from generate_series(1, 1200) as n`,
  );
  await Promise.all([records.deleteExpired(500), records.deleteExpired(500)]);
  await eventually(async () => {
    const [row] = await identity.query<{ left: number }>(
      'select count(*)::int as left from oidc_records where expires_at < now()',
    );
    return row?.left === 0 ? true : undefined;
  }, 'the rest to be deleted by the job');
});

it('an existing session with another log in is asked for a password by prompt=login', async () => {
  const shop = aShop();
  await shop.tokensOf('register', anEmail(), PASSWORD);
  const { text } = await shop.browser.go(shop.authorization({ prompt: 'login' }));
  expect(text).toContain('Log in');
  const silent = await aBrowser().go(aShop().authorization({ prompt: 'none' }));
  expect(codeOf(silent.url)).toBeUndefined();
  expect(new URL(silent.url).searchParams.get('error')).toBe('login_required');
});
