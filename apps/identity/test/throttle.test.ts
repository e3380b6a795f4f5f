import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Accounts } from '../src/accounts/accounts.service.js';
import { LoginThrottle } from '../src/throttle/login-throttle.js';
import { Browser, Shop } from './support/browser.js';
import { IdentityUnderTest } from './support/identity-under-test.js';

const PASSWORD = 'correct horse battery';

let identity: IdentityUnderTest;
beforeAll(async () => {
  identity = await IdentityUnderTest.start();
  await identity.add();
});
afterAll(() => identity?.stop());

let count = 0;
const anEmail = (): string => `eve-${(count += 1)}@example.com`;
let turn = 0;
/** Each request goes to the other replica. */
const eitherReplica = (): string => identity.url((turn += 1) % 2);
const aBrowser = (address = `198.51.100.${(count += 1)}`): Browser => new Browser(eitherReplica, address);
const aShop = (browser = aBrowser()): Shop => new Shop(browser);

describe('the throttle', () => {
  it('stops guesses at one account from one network, over both replicas, for known and unknown addresses', async () => {
    const known = anEmail();
    await aShop().tokensOf('register', known, PASSWORD);
    for (const email of [known, anEmail()]) {
      const browser = aBrowser();
      const statuses: number[] = [];
      for (let guess = 0; guess < 12; guess += 1) {
        const { response } = await aShop(browser).enter('login', email, `guess number ${guess}`);
        statuses.push(response.status);
      }
      expect(statuses).toEqual([...Array<number>(10).fill(422), 429, 429]);
      const { response, text } = await aShop(browser).enter('login', email, PASSWORD);
      expect(response.status).toBe(429);
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(text).toContain('Too many attempts. Wait 15 minutes, then try again.');
    }
    // The owner, who is elsewhere, is not locked out.
    expect((await aShop().enter('login', known, PASSWORD)).code).toBeTypeOf('string');
  });

  it('forgets the wrong attempts of an account that logged in', async () => {
    const email = anEmail();
    const browser = aBrowser();
    await aShop(browser).tokensOf('register', email, PASSWORD);
    for (let round = 0; round < 3; round += 1) {
      for (let guess = 0; guess < 5; guess += 1) await loginBy(browser.address, email, 'a wrong password');
      expect(await loginBy(browser.address, email, PASSWORD)).toBe('done');
    }
  });

  it('stops guesses at many accounts from one network, and at one account from many networks', async () => {
    const passed = async (guesses: (index: number) => [email: string, address: string]): Promise<number> => {
      const attempts = await Promise.all(
        Array.from({ length: 110 }, (_, index) => eitherThrottle().login(...guesses(index))),
      );
      return attempts.filter(({ retryAfterSeconds }) => retryAfterSeconds === undefined).length;
    };
    expect(await passed((index) => [`many-${index}@example.com`, '203.0.113.99'])).toBe(100);
    expect(await passed((index) => ['one@example.com', `10.1.${index}.1`])).toBe(100);
  });

  it('does not lock an owner out for attempts that were refused elsewhere, nor the neighbours of who sent them', async () => {
    const email = anEmail();
    const guess = () => eitherThrottle().login(email, '203.0.113.77');
    const guesses = await Promise.all(Array.from({ length: 120 }, guess));
    expect(guesses.filter(({ retryAfterSeconds }) => retryAfterSeconds === undefined)).toHaveLength(10);
    const owner = await eitherThrottle().login(email, '203.0.113.78');
    expect(owner.retryAfterSeconds).toBeUndefined();
    const neighbour = await eitherThrottle().login(anEmail(), '203.0.113.77');
    expect(neighbour.retryAfterSeconds).toBeUndefined();
  });

  it('stops a flood of new accounts from one network', async () => {
    const waits = await Promise.all(
      Array.from({ length: 25 }, (_, index) => eitherThrottle().register(`2001:db8:5:0:${index}::1`)),
    );
    expect(waits.filter((seconds) => seconds === undefined)).toHaveLength(20);
    const page = await aShop(aBrowser('2001:db8:5::9')).enter('register', anEmail(), PASSWORD);
    expect(page.response.status).toBe(429);
    expect(page.text).toContain('Too many attempts.');
  });

  const eitherThrottle = (): LoginThrottle => identity.replica((turn += 1) % 2).get(LoginThrottle);

  async function loginBy(address: string, email: string, password: string): Promise<string> {
    const accounts = identity.replica((turn += 1) % 2).get(Accounts);
    return (await accounts.login({ email, password }, address)).kind;
  }
});
