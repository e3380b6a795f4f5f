import { accept, type FieldError, type Problem } from '@doorbuster/contracts';
import { connect } from 'node:net';
import { afterAll, afterEach, assert, beforeAll, describe, expect, it } from 'vitest';
import { anOrder, PLACE_ORDER } from '../support/examples.js';
import { startFixture, type Fixture } from '../support/fixture.js';

describe('a bad request', () => {
  let fixture: Fixture;
  let alice: { authorization: string };

  beforeAll(async () => {
    fixture = await startFixture();
    alice = await fixture.as('alice');
    await fixture.services.answerOrders(() => accept(anOrder()));
  });
  afterAll(() => fixture.stop());
  afterEach(() => {
    assert.deepEqual(fixture.services.orderRequests(), [], 'it went through');
  });

  const post = (body: string | Uint8Array | undefined, headers: Record<string, string> = {}) =>
    fetch(`${fixture.url}/v1/orders`, {
      method: 'POST',
      headers: { ...alice, 'idempotency-key': 'k', 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : new Uint8Array(body) }),
    });

  const problemOf = async (response: Response) => {
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    const traceparent = response.headers.get('traceparent');
    expect(traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    const body = (await response.json()) as Problem;
    expect(body).toMatchObject({
      type: expect.stringContaining('urn:'),
      title: expect.any(String),
      traceId: traceparent?.slice(3, 35),
    });
    expect(body.status).toBe(response.status);
    return body;
  };

  it.each([
    ['broken JSON', '{"items":[', 'MALFORMED_JSON'],
    ['no JSON at all', 'hello', 'MALFORMED_JSON'],
    ['bytes that are not UTF-8', new Uint8Array([0x22, 0xff, 0xfe, 0x22]), 'MALFORMED_JSON'],
    ['a key that pollutes prototypes', '{"items":[],"__proto__":{"admin":true}}', 'MALFORMED_JSON'],
    ['a constructor that pollutes prototypes', '{"constructor":{"prototype":{"a":1}}}', 'MALFORMED_JSON'],
    ['an array in place of an object', '[]', 'VALIDATION_FAILED'],
    ['null', 'null', 'VALIDATION_FAILED'],
    ['nothing', '', 'VALIDATION_FAILED'],
    ['a very deep array', '['.repeat(30_000) + ']'.repeat(30_000), 'VALIDATION_FAILED'],
    ['a very deep object', '{"a":'.repeat(10_000) + '1' + '}'.repeat(10_000), 'VALIDATION_FAILED'],
  ])('with %s is 400', async (_name, body, code) => {
    const response = await post(body);
    expect(response.status).toBe(400);
    expect(await problemOf(response)).toMatchObject({ code });
  });

  it('that is not JSON says where, and repeats nothing of it', async () => {
    const { detail } = await problemOf(await post('{\n  "payment": { "method": "pm_card_visa" },\n}'));
    expect(detail).toBe(
      'The body is not JSON: line 3, column 1 must have a property name in double quotes, and has }.',
    );
    const refused = await problemOf(await post('{"__proto__":{"admin":true}}'));
    expect(refused.detail).toContain('__proto__');
  });

  it('whose fields are wrong says what each must be', async () => {
    const { errors } = await problemOf(await post('{"items":[{"sku":"A","quantity":"two"}]}'));
    expect(errors).toContainEqual({ path: 'items.0.quantity', message: 'must be a number' });
    expect(errors?.find(({ path }) => path === 'payment')?.message).toMatch(/^is missing; it must be/);
    expect(JSON.stringify(errors)).not.toMatch(/expected|received|undefined/);
  });

  it('that is empty is said to be missing', async () => {
    const { detail, errors } = await problemOf(await post(''));
    expect(detail).toContain('the body');
    expect(errors).toEqual([{ path: '', message: 'is missing; it must be a JSON object' }]);
  });

  it.each(['__proto__', 'constructor', 'prototype', 'toString'])(
    'may not have the unknown field %s',
    async (key) => {
      const response = await post(JSON.stringify({ ...PLACE_ORDER }).replace('{', `{"${key}":1,`));
      expect(response.status).toBe(400);
    },
  );

  it('without a body is 400', async () => {
    const { body } = await fixture.http
      .post('/v1/orders')
      .set(alice)
      .set({ 'idempotency-key': 'k' })
      .expect(400);
    expect(body).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ path: '' }] });
  });

  it.each([
    ['an unknown field', { ...PLACE_ORDER, coupon: 'X', é: 1 }, ['coupon', 'é']],
    ['no line', { ...PLACE_ORDER, items: [] }, ['items']],
    [
      '51 lines',
      { ...PLACE_ORDER, items: Array.from({ length: 51 }, () => ({ sku: 'A', quantity: 1 })) },
      ['items'],
    ],
    ['a quantity of 0', { ...PLACE_ORDER, items: [{ sku: 'A', quantity: 0 }] }, ['items.0.quantity']],
    ['a quantity of 101', { ...PLACE_ORDER, items: [{ sku: 'A', quantity: 101 }] }, ['items.0.quantity']],
    [
      'a price of its own',
      { ...PLACE_ORDER, items: [{ sku: 'A', quantity: 1, price: 1 }] },
      ['items.0.price'],
    ],
    [
      'much that is wrong',
      {
        items: [
          { sku: 'A\0', quantity: '1' },
          { sku: 'A', quantity: 1.5 },
        ],
        payment: { method: 'visa', cvc: 1 },
      },
      ['items.0.quantity', 'items.0.sku', 'items.1.quantity', 'payment.cvc', 'payment.method'],
    ],
  ])('with %s is 400 with every path', async (_name, body, paths) => {
    const response = await post(JSON.stringify(body));
    expect(response.status).toBe(400);
    const { errors = [], code } = await problemOf(response);
    expect(code).toBe('VALIDATION_FAILED');
    expect(errors.map(({ path }: FieldError) => path).toSorted()).toEqual(paths);
    for (const { message } of errors) expect(message).not.toBe('');
  });

  it('with thousands of errors gets the first 500', async () => {
    const fields = Array.from({ length: 5_000 }, (_, n) => [`f${n}`, 1]);
    const response = await post(JSON.stringify(Object.fromEntries(fields)));
    const { errors = [] } = await problemOf(response);
    expect(errors).toHaveLength(501);
    expect(errors.at(-1)?.message).toMatch(/^and \d+ more$/);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/xml',
    'multipart/form-data; boundary=x',
    'nonsense',
  ])('of type %s is 415', async (type) => {
    const response = await post('{}', { 'content-type': type });
    expect(response.status).toBe(415);
    expect(await problemOf(response)).toMatchObject({ code: 'UNSUPPORTED_MEDIA_TYPE' });
  });

  it.each([
    'application/json;charset=latin1',
    'application/json; charset="utf-16"',
    'application/json; profile=x; CHARSET = iso-8859-1',
    'application/json; charset=utf-8; charset=latin1',
  ])('of type %s is 415, since its charset is not UTF-8', async (type) => {
    const response = await post(JSON.stringify(PLACE_ORDER), { 'content-type': type });
    expect(response.status).toBe(415);
    expect(await problemOf(response)).toMatchObject({ code: 'UNSUPPORTED_MEDIA_TYPE' });
  });

  it('with an Idempotency-Key of 256 characters is 400', async () => {
    const response = await post(JSON.stringify(PLACE_ORDER), { 'idempotency-key': 'k'.repeat(256) });
    expect(response.status).toBe(400);
    expect((await problemOf(response)).errors).toMatchObject([{ path: 'Idempotency-Key' }]);
  });

  it('over 64 KiB is 413, and one of 64 KiB is read', async () => {
    const tooLarge = await post(JSON.stringify('x'.repeat(64 * 1024)));
    expect(tooLarge.status).toBe(413);
    expect(await problemOf(tooLarge)).toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
    expect((await post(JSON.stringify('x'.repeat(64 * 1024 - 2)))).status).toBe(400);
  });

  it('for an unknown path is 404', async () => {
    for (const path of [
      '/',
      '/v1',
      '/v1/nothing',
      '/v1/orders/',
      '/docs/assets/../../package.json',
      '/V1/orders',
    ]) {
      const response = await fetch(fixture.url + path, { headers: alice });
      expect([path, response.status]).toEqual([path, 404]);
      expect(await problemOf(response)).toMatchObject({ code: 'NOT_FOUND' });
    }
  });

  it('with another method is 405 with the allowed methods', async () => {
    const response = await fetch(`${fixture.url}/v1/orders/x/cancel`, { method: 'DELETE' });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
    expect(await problemOf(response)).toMatchObject({ code: 'METHOD_NOT_ALLOWED' });
  });

  it('with a URL that the router cannot decode is 400', async () => {
    const response = await fetch(`${fixture.url}/v1/products/%zz`);
    expect(response.status).toBe(400);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await problemOf(response)).toMatchObject({ code: 'BAD_REQUEST', instance: '/v1/products/%zz' });
  });

  it('that is not HTTP is 400', async () => {
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(Number(new URL(fixture.url).port), '127.0.0.1', () =>
        socket.write('HELLO\r\n\r\n'),
      );
      socket.on('data', (chunk) => (text += String(chunk))).on('close', () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toMatch(/\r\ntraceparent: 00-/);
    expect(answer).toContain('"code":"BAD_REQUEST"');
  });

  it('with a header that is too large is 400', async () => {
    const response = await post('{}', { 'x-large': 'x'.repeat(20_000) });
    expect(response.status).toBe(400);
    await problemOf(response);
  });

  it.each(['', 'nonsense', '00-00000000000000000000000000000000-2222222222222222-01'])(
    'or a good one with the traceparent %j begins a trace of its own',
    async (traceparent) => {
      const response = await fetch(`${fixture.url}/healthz`, { headers: { traceparent } });
      expect(response.headers.get('traceparent')).toMatch(/^00-(?!0{32})[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    },
  );
});
