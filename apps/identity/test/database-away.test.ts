import { withClient } from '@doorbuster/embedded';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Browser, Shop, tokensIn } from './support/browser.js';
import { IdentityUnderTest, ISSUER } from './support/identity-under-test.js';

const PASSWORD = 'correct horse battery';

let identity: IdentityUnderTest;
beforeAll(async () => {
  identity = await IdentityUnderTest.start();
});
afterAll(() => identity?.stop());

const aShop = (): Shop => new Shop(new Browser(() => identity.url()));

it('while the database is away, pages and tokens are answered with 503, and work again after that', async () => {
  const email = 'gus@example.com';
  const shop = aShop();
  const tokens = await shop.tokensOf('register', email, PASSWORD);
  const visitor = aShop();
  const { url } = await visitor.browser.go(visitor.authorization());
  const owner = (sql: string) => withClient(identity.ownerUrl, (client) => client.query(sql));
  await owner(
    `create function identity.shut_down() returns trigger language plpgsql as
     $$ begin raise 'terminating connection' using errcode = 'admin_shutdown'; end $$`,
  );
  const tables = ['oidc_records', 'login_attempts'];
  for (const table of tables) {
    await owner(
      `create trigger away before insert or update on identity.${table} execute function identity.shut_down()`,
    );
  }
  const pages = [
    await shop.browser.go(aShop().authorization()),
    await shop.browser.go(`${ISSUER}/session/end`),
    await visitor.browser.post(url, { email, password: PASSWORD }),
  ];
  const deletion = { method: 'DELETE', body: JSON.stringify({ password: PASSWORD }) };
  const headers = {
    authorization: `Bearer ${tokens.access_token}`,
    'content-type': 'application/json',
    accept: '*/*',
  };
  const problems = [
    await shop.refresh(tokens.refresh_token),
    await shop.browser.send(`${ISSUER}/account`, { ...deletion, headers }),
  ];
  for (const table of tables) await owner(`drop trigger away on identity.${table}`);
  for (const { response, text } of pages) {
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(text).toContain('Accounts are restarting. Try again in a moment.');
  }
  for (const response of problems) {
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      error: 'temporarily_unavailable',
    });
  }
  await tokensIn(await shop.refresh(tokens.refresh_token));
  expect((await visitor.browser.post(url, { email, password: PASSWORD })).url).toContain('/callback?code=');
});
