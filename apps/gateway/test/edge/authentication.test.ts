import { accept, getOrder, listOrders } from '@doorbuster/contracts';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tokenVerifier, TokenVerifier } from '../../src/edge/identity.js';
import { SECRET, startFixture, startGateway, type Fixture } from '../support/fixture.js';

const secret = new TextEncoder().encode(SECRET);

const sign = (claims: JWTPayload, key: Uint8Array | CryptoKey = secret, alg = 'HS256'): Promise<string> =>
  new SignJWT({ iss: 'doorbuster', aud: 'doorbuster', exp: Math.floor(Date.now() / 1000) + 60, ...claims })
    .setProtectedHeader({ alg, kid: 'k1' })
    .sign(key);

const unsigned = (claims: object): string =>
  [{ alg: 'none' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.') +
  '.';

describe('authentication', () => {
  let fixture: Fixture;

  beforeAll(async () => {
    fixture = await startFixture();
    await fixture.services.answer(listOrders, () => accept({ items: [], nextCursor: null }));
  });
  afterAll(() => fixture.stop());

  const orders = (authorization: string) => fixture.http.get('/v1/orders').set({ authorization });

  it('issues a token in development, by default for a customer', async () => {
    const response = await fixture.http.post('/v1/auth/token').send({ customerId: 'alice' }).expect(200);
    expect(response.body).toEqual({ accessToken: expect.any(String), tokenType: 'Bearer', expiresIn: 3600 });
    expect(response.headers['cache-control']).toBe('no-store');
    await orders(`Bearer ${response.body.accessToken}`).expect(200);
    expect(fixture.services.requests(listOrders).at(-1)?.actor).toEqual({
      customerId: 'alice',
      role: 'customer',
    });
  });

  it.each([
    [{}, ['customerId']],
    [{ customerId: 'a b' }, ['customerId']],
    [{ customerId: 'alice', role: 'king', scope: 'all' }, ['role', 'scope']],
  ])('issues no token for %j', async (body, paths) => {
    const response = await fixture.http.post('/v1/auth/token').send(body).expect(400);
    expect(response.body.errors.map(({ path }: { path: string }) => path)).toEqual(paths);
  });

  it('answers 401 without a token', async () => {
    const response = await fixture.http.get('/v1/orders').expect(401);
    expect(response.headers['www-authenticate']).toBe('Bearer');
    expect(response.body).toMatchObject({ code: 'UNAUTHENTICATED', status: 401, instance: '/v1/orders' });
  });

  it.each([
    ['nonsense', () => 'Bearer nonsense'],
    ['expired', async () => `Bearer ${await sign({ sub: 'alice', exp: 1 })}`],
    ['signed with another secret', async () => `Bearer ${await sign({ sub: 'alice' }, new Uint8Array(32))}`],
    ['of another issuer', async () => `Bearer ${await sign({ sub: 'alice', iss: 'somebody' })}`],
    ['for another audience', async () => `Bearer ${await sign({ sub: 'alice', aud: 'somebody' })}`],
    ['of nobody', async () => `Bearer ${await sign({})}`],
    ['of an impossible customer', async () => `Bearer ${await sign({ sub: 'a b\0' })}`],
    [
      'not signed',
      () => `Bearer ${unsigned({ sub: 'alice', iss: 'doorbuster', aud: 'doorbuster', exp: 9e9 })}`,
    ],
  ])('refuses a token that is %s', async (_name, authorization) => {
    const response = await orders(await authorization()).expect(401);
    expect(response.headers['www-authenticate']).toBe('Bearer error="invalid_token"');
    expect(response.body.code).toBe('UNAUTHENTICATED');
  });

  it('refuses another scheme', async () => {
    await orders('Basic YWxpY2U6c2VjcmV0').expect(401);
  });

  it('treats an unknown role as customer', async () => {
    await orders(`Bearer ${await sign({ sub: 'bob', role: 'superuser' })}`).expect(200);
    expect(fixture.services.requests(listOrders).at(-1)?.actor.role).toBe('customer');
  });

  it('rejects a known token after its expiry', async () => {
    const token = await sign({ sub: 'alice', exp: Math.floor(Date.now() / 1000) - 3 });
    await orders(`Bearer ${token}`).expect(200); // within the tolerance for clocks that differ
    await expect.poll(async () => (await orders(`Bearer ${token}`)).status, { timeout: 6_000 }).toBe(401);
  });

  it.each([
    ['POST', '/v1/products'],
    ['PATCH', '/v1/products/TSHIRT'],
    ['GET', '/v1/inventory/TSHIRT'],
    ['POST', '/v1/inventory/TSHIRT/adjustments'],
    ['GET', '/v1/sagas'],
    ['POST', '/v1/sagas/0198f000-0000-7000-8000-000000000001/retry'],
    ['GET', '/v1/dead-letters'],
    ['POST', '/v1/dead-letters/0198f000-0000-7000-8000-000000000001/replay'],
  ])('lets no customer call %s %s', async (method, path) => {
    const alice = await fixture.as('alice');
    const response = await fetch(fixture.url + path, { method, headers: alice });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ code: 'FORBIDDEN' });
    expect((await fetch(fixture.url + path, { method })).status).toBe(401);
  });
});

describe('an operator', () => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await startFixture();
  });
  afterAll(() => fixture.stop());

  const ID = '0198f000-0000-7000-8000-000000000001';
  const statusOf = async (method: string, path: string): Promise<number> => {
    const headers = await fixture.as('otto', 'operator');
    return (await fetch(fixture.url + path, { method, headers })).status;
  };

  it.each([
    ['GET', '/v1/sagas'],
    ['POST', `/v1/sagas/${ID}/retry`],
    ['GET', '/v1/dead-letters'],
    ['POST', `/v1/dead-letters/${ID}/replay`],
    ['GET', '/v1/stuck-items'],
    ['GET', '/v1/inventory/TSHIRT'],
  ])('may call %s %s', async (method, path) => {
    // The services do not run here.
    expect(await statusOf(method, path)).toBeGreaterThanOrEqual(500);
  });

  it.each([
    ['POST', '/v1/products'],
    ['PATCH', '/v1/products/TSHIRT'],
    ['POST', '/v1/inventory/TSHIRT/adjustments'],
    ['POST', `/v1/dead-letters/${ID}/dismiss`],
    ['POST', '/v1/sales'],
    ['GET', '/v1/audit'],
    ['GET', '/v1/orders'],
    ['POST', '/v1/orders'],
  ])('may not call %s %s', async (method, path) => {
    expect(await statusOf(method, path)).toBe(403);
  });
});

describe('authentication by the keys of an issuer', () => {
  let fixture: Fixture;
  let issuer: Server;
  let keys: Awaited<ReturnType<typeof generateKeyPair>>;
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let isUnavailable = false;

  beforeAll(async () => {
    fixture = await startFixture();
    await fixture.services.answer(listOrders, () => accept({ items: [], nextCursor: null }));
    keys = await generateKeyPair('ES256');
    const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'ES256' };
    issuer = createServer((_request, response) => {
      response.writeHead(isUnavailable ? 500 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ keys: [jwk] }));
    });
    await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
    const { port } = issuer.address() as AddressInfo;
    gateway = await startGateway(fixture.nats, {
      AUTH_JWT_SECRET: '',
      AUTH_JWKS_URL: `http://127.0.0.1:${port}/jwks.json`,
      AUTH_ISSUER: 'https://issuer.example',
      AUTH_AUDIENCE: 'shop',
    });
  });
  afterAll(async () => {
    await gateway.app.close();
    issuer.close();
    await fixture.stop();
  });

  const orders = (token: string) =>
    supertest(gateway.url)
      .get('/v1/orders')
      .set({ authorization: `Bearer ${token}` });
  const claims = { sub: 'auth0|alice', iss: 'https://issuer.example', aud: 'shop' };

  it('answers 503, not 401, while the keys cannot be fetched', async () => {
    isUnavailable = true;
    const { body } = await orders(await sign(claims, keys.privateKey, 'ES256')).expect(503);
    expect(body.code).toBe('SERVICE_UNAVAILABLE');
    isUnavailable = false;
  });

  it('accepts tokens of the issuer for this audience only', async () => {
    await orders(await sign(claims, keys.privateKey, 'ES256')).expect(200);
    await orders(await sign({ ...claims, iss: 'x' }, keys.privateKey, 'ES256')).expect(401);
    await orders(await sign({ ...claims, aud: 'x' }, keys.privateKey, 'ES256')).expect(401);
    await orders(await sign(claims, (await generateKeyPair('ES256')).privateKey, 'ES256')).expect(401);
  });

  it('rejects a token that is signed with a secret', async () => {
    await orders(await sign(claims)).expect(401);
  });

  it('accepts in development also what it issues itself, and each of its own issuer only', async () => {
    const { port } = issuer.address() as AddressInfo;
    const both = await startGateway(fixture.nats, {
      NODE_ENV: 'development',
      AUTH_JWKS_URL: `http://127.0.0.1:${port}/jwks.json`,
      AUTH_ISSUER: 'https://issuer.example',
      AUTH_AUDIENCE: 'shop',
    });
    const http = supertest(both.url);
    const ask = (token: string) => http.get('/v1/orders').set({ authorization: `Bearer ${token}` });
    const { body } = await http.post('/v1/auth/token').send({ customerId: 'alice' }).expect(200);
    await ask(body.accessToken).expect(200);
    await ask(await sign(claims, keys.privateKey, 'ES256')).expect(200);
    // A secret signs no token of the other issuer, and its keys none of ours.
    await ask(await sign(claims)).expect(401);
    const own = { ...claims, iss: 'doorbuster', aud: 'doorbuster' };
    await ask(await sign(own, keys.privateKey, 'ES256')).expect(401);
    await ask('a.b.c').expect(401);
    await both.app.close();
  });

  it('issues no tokens itself', async () => {
    const { body } = await supertest(gateway.url)
      .post('/v1/auth/token')
      .send({ customerId: 'alice' })
      .expect(404);
    expect(body.code).toBe('NOT_FOUND');
    const { body: document } = await supertest(gateway.url).get('/openapi.json').expect(200);
    expect(document.paths['/v1/auth/token']).toBeUndefined();
  });
});

it('rejects tokens of a key that the issuer has removed', async () => {
  const keys = await Promise.all(['old', 'new'].map(() => generateKeyPair('ES256')));
  const [old, successor] = keys as [(typeof keys)[0], (typeof keys)[0]];
  const published = [
    { ...(await exportJWK(old.publicKey)), kid: 'k1', alg: 'ES256' },
    { ...(await exportJWK(successor.publicKey)), kid: 'k2', alg: 'ES256' },
  ];
  const issuer = createServer((_request, response) => response.end(JSON.stringify({ keys: published })));
  await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
  const url = new URL(`http://127.0.0.1:${(issuer.address() as AddressInfo).port}/jwks.json`);
  const auth = { kind: 'jwks', url, issuer: 'doorbuster', audience: 'doorbuster' } as const;
  const verifier = tokenVerifier(auth, secret, { keys: 200, token: 200 });
  const ownerOf = async (token: string) => verifier.known(token) ?? (await verifier.verify(token));
  const token = await sign({ sub: 'alice' }, old.privateKey, 'ES256');
  expect((await ownerOf(token)).customerId).toBe('alice');
  expect(verifier.known(token)?.customerId).toBe('alice');
  published.shift();
  const refusal = async () =>
    ownerOf(token).then(
      () => undefined,
      (error: Error) => error.message,
    );
  await expect.poll(refusal, { timeout: 5_000 }).toMatch(/not valid/);
  issuer.close();
});

it('caches tokens in bounded memory', async () => {
  const exp = Math.floor(Date.now() / 1_000) + 60;
  const verifier = new TokenVerifier(async () => ({ sub: 'alice', exp }));
  const tokens = Array.from({ length: 2_000 }, (_, i) => `${i}.`.padEnd(15_000, 'x'));
  for (const token of tokens) await verifier.verify(token);
  const known = tokens.filter((token) => verifier.known(token) !== undefined);
  expect(known.length * 15_000).toBeLessThanOrEqual(16 * 1024 ** 2);
  expect(known).toContain(tokens.at(-1));
});

it('is not needed on public routes, where a bad token is ignored', async () => {
  const fixture = await startFixture();
  await fixture.http.get('/healthz').set({ authorization: 'Bearer nonsense' }).expect(200);
  await fixture.services.silence(getOrder);
  await fixture.stop();
});
