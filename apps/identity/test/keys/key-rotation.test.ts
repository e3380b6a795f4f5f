import { eventually } from '@doorbuster/embedded/testing';
import { decodeProtectedHeader, type JSONWebKeySet } from 'jose';
import { expect, it } from 'vitest';
import { Browser, Shop, tokensIn } from '../support/browser.js';
import { IdentityUnderTest } from '../support/identity-under-test.js';

it('keys rotate: tokens are signed by a new one, and the old one stays in the key set until they have expired', async () => {
  const other = await IdentityUnderTest.start({ SIGNING_KEY_PERIOD_SECONDS: '2', ACCESS_TOKEN_SECONDS: '1' });
  try {
    await other.add({ SIGNING_KEY_PERIOD_SECONDS: '2', ACCESS_TOKEN_SECONDS: '1' });
    const kids = async (index: number): Promise<string[]> => {
      const { keys } = (await (await fetch(`${other.url(index)}/id/jwks`)).json()) as JSONWebKeySet;
      return keys.map(({ kid = '' }) => kid);
    };
    const shop = new Shop(new Browser(() => other.url(0)));
    let tokens = await shop.tokensOf('register', 'ann@example.com', 'correct horse battery');
    const first = decodeProtectedHeader(tokens.access_token).kid ?? '';
    let isOverlapSeen = false;
    await eventually(async () => {
      tokens = await tokensIn(await shop.refresh(tokens.refresh_token));
      const now = decodeProtectedHeader(tokens.access_token).kid ?? '';
      // Whatever signs now, every replica publishes it.
      expect(await kids(0)).toContain(now);
      if (now !== first && (await kids(1)).includes(first)) isOverlapSeen = true;
      return now !== first && !(await kids(1)).includes(first) ? true : undefined;
    }, 'a new key that signs, and an old one that is gone');
    expect(isOverlapSeen).toBe(true);
    const stored = await other.query<{ text: string }>(
      `select encode(encrypted_key, 'escape') as text from signing_keys`,
    );
    for (const { text } of stored) expect(text).not.toContain('"d"');
  } finally {
    await other.stop();
  }
});
