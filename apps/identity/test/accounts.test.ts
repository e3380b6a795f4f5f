import { changeRole, deleteAccount, findAccounts, type Actor } from '@doorbuster/contracts';
import { ADMIN, valueOf } from '@doorbuster/service/testing';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Passwords, PasswordsBusyError } from '../src/accounts/passwords.js';
import { Browser, Shop, tokensIn } from './support/browser.js';
import { IdentityUnderTest } from './support/identity-under-test.js';

const PASSWORD = 'correct horse battery';
const FIRST = { FIRST_OPERATOR_EMAIL: 'Root@example.com', FIRST_OPERATOR_PASSWORD: 'printed once only' };
const ORIGIN_OF_ADMIN = { address: '192.0.2.1', userAgent: 'test' };
const admin: Actor = { ...ADMIN, origin: ORIGIN_OF_ADMIN };

let identity: IdentityUnderTest;
beforeAll(async () => {
  identity = await IdentityUnderTest.start(FIRST);
});
afterAll(() => identity?.stop());

const aShop = (): Shop => new Shop(new Browser(() => identity.url()));

describe('the first operator', () => {
  it('has an account, which a second start does not change', async () => {
    const { access_token: token } = await aShop().tokensOf('login', 'root@example.com', 'printed once only');
    expect(decodeJwt(token)).toMatchObject({ role: 'operator' });
    const second = await identity.add({ ...FIRST, FIRST_OPERATOR_PASSWORD: 'another password' });
    expect((await aShop().enter('login', 'root@example.com', 'another password')).response.status).toBe(422);
    await identity.stopReplica(second);
  });
});

describe('an admin', () => {
  it('finds an account by its address, gives it a role, and the next token has it', async () => {
    const shop = aShop();
    const tokens = await shop.tokensOf('register', 'cleo@example.com', PASSWORD);
    const [found] = valueOf(await identity.call(findAccounts, { email: 'cleo@example.com' }));
    expect(found).toMatchObject({ id: decodeJwt(tokens.access_token).sub, role: 'customer' });
    const id = found?.id ?? '';
    const changed = valueOf(await identity.call(changeRole, { actor: admin, id, role: 'operator' }));
    expect(changed).toMatchObject({ id, role: 'operator' });
    const next = await tokensIn(await shop.refresh(tokens.refresh_token));
    expect(decodeJwt(next.access_token)).toMatchObject({ role: 'operator' });
    const entries = await identity.query(
      'select actor_id, action, request, before, after, address from audit_log where target = $1',
      [id],
    );
    expect(entries).toEqual([
      {
        actor_id: 'root',
        action: 'change-role',
        request: { role: 'operator' },
        before: { role: 'customer' },
        after: { role: 'operator' },
        address: '192.0.2.1',
      },
    ]);
  });

  it('deletes an account once', async () => {
    const shop = aShop();
    const tokens = await shop.tokensOf('register', 'dora@example.com', PASSWORD);
    const id = String(decodeJwt(tokens.access_token).sub);
    expect(valueOf(await identity.call(deleteAccount, { actor: admin, id }))).toEqual({ id });
    expect((await shop.refresh(tokens.refresh_token)).status).toBe(400);
    const again = await identity.call(deleteAccount, { actor: admin, id });
    expect(again).toMatchObject({ ok: false, error: { code: 'ACCOUNT_NOT_FOUND' } });
    const entries = await identity.query(
      'select outcome, code from audit_log where target = $1 order by id',
      [id],
    );
    expect(entries).toEqual([
      { outcome: 'DONE', code: null },
      { outcome: 'REFUSED', code: 'ACCOUNT_NOT_FOUND' },
    ]);
  });

  it('is an admin: an operator or a customer may change no role and delete no account', async () => {
    const id = '01a21d02-4b10-7e61-9c35-7f40d1b82e93';
    for (const role of ['operator', 'customer'] as const) {
      const actor = { customerId: id, role };
      for (const reply of [
        await identity.call(changeRole, { actor, id, role: 'admin' }),
        await identity.call(deleteAccount, { actor, id }),
      ]) {
        expect(reply).toMatchObject({ ok: false, error: { code: 'FORBIDDEN' } });
      }
    }
  });
});

it('passwords are hashed a few at a time, and a flood is refused', async () => {
  const passwords = identity.replica(0).get(Passwords);
  const outcomes = await Promise.allSettled(
    Array.from({ length: 80 }, () => passwords.matches(undefined, 'a guess')),
  );
  const refused = outcomes.filter(({ status }) => status === 'rejected');
  expect(refused).toHaveLength(80 - 2 - 64);
  expect(refused[0]).toMatchObject({ reason: expect.any(PasswordsBusyError) });
  expect(await passwords.matches(await passwords.hash('right'), 'right')).toBe(true);
});

it('an unknown account takes as long as a wrong password', async () => {
  const passwords = identity.replica(0).get(Passwords);
  const hash = await passwords.hash('a password');
  const took = async (passwordHash: string | undefined): Promise<number> => {
    const times: number[] = [];
    for (let run = 0; run < 9; run += 1) {
      const startedAt = performance.now();
      expect(await passwords.matches(passwordHash, 'a guess')).toBe(false);
      times.push(performance.now() - startedAt);
    }
    return Math.min(...times);
  };
  const [known, unknown] = [await took(hash), await took(undefined)];
  // Without the decoy it would be a thousandth.
  expect(unknown).toBeGreaterThan(known / 3);
});
