import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import {
  accept,
  getOrder,
  placeOrders,
  refuse,
  retrySaga,
  type RpcContract,
  type Reply,
} from '@doorbuster/contracts';
import { startTestEnvironment, type TestEnvironment } from '@doorbuster/embedded/testing';
import { connectNats } from '@doorbuster/messaging';
import { createLogger, newTraceparent } from '@doorbuster/telemetry';
import { headers, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';
import { Controller, Module, type INestApplication } from '@nestjs/common';
import { MessagePattern, Payload, Transport } from '@nestjs/microservices';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ConfigurationModule, HealthModule, MessagingModule, Rpc } from '../src/index.js';
import {
  ADMIN,
  callRpc,
  environmentOf,
  rpcPayload,
  RpcSigner,
  signatureHeaders,
  SIGNATURE_HEADER,
  SIGNING_KEY,
  startService,
} from '../src/testing/index.js';

const METHOD = 'pm_card_5105105105105100';
const SAGA_ID = '0198f000-0000-7000-8000-000000000001';
const CUSTOMER = { customerId: 'ann', role: 'customer' } as const;
const TIMEOUT_MS = 10_000;

const handled: unknown[] = [];
const nothing = (request: unknown): Reply<never> => {
  handled.push(request);
  return refuse('SAGA_NOT_FOUND', 'handled');
};

@Controller()
class TestController {
  @Rpc(placeOrders)
  place(@Payload() request: unknown): Reply<unknown> {
    handled.push(request);
    return accept([]);
  }

  @Rpc(retrySaga)
  retry(@Payload() request: unknown): Reply<never> {
    return nothing(request);
  }

  @Rpc(getOrder)
  get(@Payload() request: unknown): Reply<never> {
    return nothing(request);
  }

  @MessagePattern('rpc.orders.without-contract', Transport.NATS)
  withoutContract(@Payload() request: unknown): Reply<never> {
    return nothing(request);
  }
}

@Module({
  imports: [ConfigurationModule.forRoot('orders'), MessagingModule, HealthModule.forRoot('orders')],
  controllers: [TestController],
})
class TestModule {}

/** The key by which the test's gateway signs. */
const gatewayKey = createPrivateKey({
  key: Buffer.from(SIGNING_KEY, 'base64'),
  format: 'der',
  type: 'pkcs8',
});

function unreadable(): MsgHdrs {
  const carrier = headers();
  carrier.set(SIGNATURE_HEADER, 'e30.e30.e30');
  return carrier;
}

const order = (quantity: unknown = 1) => ({
  customerId: 'ann',
  idempotencyKey: 'key-1',
  body: { items: [{ sku: 'MUG', quantity }], payment: { method: METHOD } },
  traceparent: newTraceparent(),
});

let environment: TestEnvironment;
let app: INestApplication;
let gateway: NatsConnection;
const log: string[] = [];

beforeAll(async () => {
  environment = await startTestEnvironment();
  app = await startService(TestModule, {
    env: environmentOf('orders', environment),
    logger: createLogger('orders', 'trace', { write: (line: string) => void log.push(line) }),
  });
  gateway = await connectNats(environment.natsUrl('gateway'), 'gateway');
});
afterAll(async () => {
  await app?.close();
  await gateway?.close();
  await environment?.stop();
});
beforeEach(() => {
  handled.length = 0;
  log.length = 0;
});

async function send(subject: string, payload: Uint8Array, signed?: MsgHdrs): Promise<Reply<unknown>> {
  const answer = await gateway.request(subject, payload, {
    noMux: true,
    timeout: TIMEOUT_MS,
    ...(signed && { headers: signed }),
  });
  return answer.json<{ response: Reply<unknown> }>().response;
}

async function sendSigned({ subject }: RpcContract, payload: Uint8Array): Promise<Reply<unknown>> {
  return send(subject, payload, await signatureHeaders(subject, payload));
}

describe('a request that changes state', () => {
  const payload = () => rpcPayload(retrySaga, { actor: ADMIN, commitBy: 1, id: SAGA_ID });
  const stranger = generateKeyPairSync('ed25519').privateKey;
  const clockOff = (ms: number) => new RpcSigner(gatewayKey, () => Date.now() + ms);
  const MINUTE_MS = 60_000;

  it('reaches its handler, parsed by its contract, if a gateway signed it', async () => {
    const request = { actor: { ...ADMIN, newer: 1 }, commitBy: 1, id: SAGA_ID, newer: 'field' };
    expect(await sendSigned(retrySaga, rpcPayload(retrySaga, request))).toEqual(
      refuse('SAGA_NOT_FOUND', 'handled'),
    );
    expect(handled).toEqual([{ actor: ADMIN, commitBy: 1, id: SAGA_ID }]);
  });

  it.each<[what: string, sign: (sent: Uint8Array) => Promise<MsgHdrs | undefined>]>([
    ['is not signed', () => Promise.resolve(undefined)],
    ['is signed for another subject', (sent) => signatureHeaders(placeOrders.subject, sent)],
    ['is signed with another payload', () => signatureHeaders(retrySaga.subject, payload())],
    ['is signed by a stranger', (sent) => signatureHeaders(retrySaga.subject, sent, new RpcSigner(stranger))],
    [
      'was signed six minutes ago',
      (sent) => signatureHeaders(retrySaga.subject, sent, clockOff(-6 * MINUTE_MS)),
    ],
    [
      'was signed in six minutes',
      (sent) => signatureHeaders(retrySaga.subject, sent, clockOff(6 * MINUTE_MS)),
    ],
    ['holds something else for a signature', () => Promise.resolve(unreadable())],
  ])('is refused when it %s', async (_, sign) => {
    const sent = payload();
    const reply = await send(retrySaga.subject, sent, await sign(sent));
    expect(reply).toMatchObject({ ok: false, error: { code: 'UNAUTHENTICATED' } });
    expect(handled).toEqual([]);
    expect(log.join()).toContain('UNAUTHENTICATED');
  });

  it.each([-4, 4])('is accepted from a gateway whose clock is wrong by %i minutes', async (minutes) => {
    const sent = payload();
    const signed = await signatureHeaders(retrySaga.subject, sent, clockOff(minutes * MINUTE_MS));
    expect(await send(retrySaga.subject, sent, signed)).toMatchObject({ error: { code: 'SAGA_NOT_FOUND' } });
  });

  it('is refused when the same message comes again', async () => {
    const sent = payload();
    const signed = await signatureHeaders(retrySaga.subject, sent);
    expect(await send(retrySaga.subject, sent, signed)).toMatchObject({ error: { code: 'SAGA_NOT_FOUND' } });
    expect(await send(retrySaga.subject, sent, signed)).toMatchObject({ error: { code: 'UNAUTHENTICATED' } });
    expect(handled).toHaveLength(1);
  });

  it('is refused when the same message comes again with another encoding of its signature', async () => {
    const sent = payload();
    const signed = await signatureHeaders(retrySaga.subject, sent);
    expect(await send(retrySaga.subject, sent, signed)).toMatchObject({ error: { code: 'SAGA_NOT_FOUND' } });
    const signature = signed.get(SIGNATURE_HEADER);
    // Of its last character only the first two bits count.
    const others = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_='.split('');
    for (const other of [...others.map((last) => signature.slice(0, -1) + last), `${signature}=`]) {
      signed.set(SIGNATURE_HEADER, other);
      expect(await send(retrySaga.subject, sent, signed)).toMatchObject({
        error: { code: 'UNAUTHENTICATED' },
      });
    }
    expect(handled).toHaveLength(1);
  });

  it('is refused for a customer if it is for admins', async () => {
    const reply = await callRpc(
      gateway,
      retrySaga,
      { actor: CUSTOMER, commitBy: 1, id: SAGA_ID },
      TIMEOUT_MS,
    );
    expect(reply).toMatchObject({ ok: false, error: { code: 'FORBIDDEN' } });
    expect(handled).toEqual([]);
  });

  it('is verified even without an id, although Nest treats it as an event', async () => {
    const sent = Buffer.from(
      JSON.stringify({ pattern: retrySaga.subject, data: { actor: ADMIN, id: SAGA_ID } }),
    );
    expect(await send(retrySaga.subject, sent)).toMatchObject({ error: { code: 'UNAUTHENTICATED' } });
    gateway.publish(retrySaga.subject, sent);
    // Answered after it, by the same replica.
    await send(retrySaga.subject, payload());
    expect(handled).toEqual([]);
  });
});

describe('a request that does not fit its contract', () => {
  const deep = '['.repeat(200_000) + ']'.repeat(200_000);

  it.each([
    ['a quantity that is text', { requests: [order(METHOD)] }, 'requests.0.body.items.0.quantity'],
    ['no requests', {}, 'requests'],
    ['an array', [order()], 'request'],
    ['text', METHOD, 'request'],
    ['null', null, 'request'],
    ['too many orders', { requests: Array.from({ length: 65 }, () => order()) }, 'requests'],
    ['no payment', { requests: [{ ...order(), body: { items: [] } }] }, 'requests.0.body.items'],
  ])('is refused and not handled: %s', async (_, data, path) => {
    const reply = await sendSigned(placeOrders, rpcPayload(placeOrders, data));
    expect(reply).toMatchObject({ ok: false, error: { code: 'VALIDATION_FAILED' } });
    expect(reply).toMatchObject({ error: { detail: expect.stringContaining(`${path}: `) } });
    expect(handled).toEqual([]);
  });

  it.each([
    ['no JSON', `{"pattern":"x","data":{"method":"${METHOD}"`, 'MALFORMED_JSON'],
    ['nothing', '', 'MALFORMED_JSON'],
    ['an array for a packet', `["${METHOD}"]`, 'VALIDATION_FAILED'],
    ['null for a packet', 'null', 'VALIDATION_FAILED'],
    ['a packet without data', `{"method":"${METHOD}"}`, 'VALIDATION_FAILED'],
    ['200,000 levels', `{"data":${deep}}`, 'VALIDATION_FAILED'],
    ['1 MB of text', `{"data":{"requests":"${METHOD.padEnd(900_000, '0')}"}}`, 'VALIDATION_FAILED'],
  ])('is refused: %s', async (_, text, code) => {
    expect(await sendSigned(placeOrders, Buffer.from(text))).toMatchObject({ ok: false, error: { code } });
    expect(handled).toEqual([]);
  });

  it('is refused even if it changes no state and needs no signature', async () => {
    const reply = await send(getOrder.subject, rpcPayload(getOrder, { actor: CUSTOMER, orderId: 'x' }));
    expect(reply).toMatchObject({
      error: { code: 'VALIDATION_FAILED', detail: expect.stringContaining('orderId') },
    });
    expect(handled).toEqual([]);
  });

  it('is logged with its errors, and without a payment method', async () => {
    await sendSigned(placeOrders, rpcPayload(placeOrders, { requests: [order(METHOD)] }));
    await sendSigned(placeOrders, Buffer.from(`{"data":{"method":"${METHOD}"`));
    await send(placeOrders.subject, rpcPayload(placeOrders, { requests: [order()] }));
    const lines = log.filter((line) => line.includes('request refused'));
    expect(lines).toHaveLength(3);
    expect(lines[0]).toContain('requests.0.body.items.0.quantity');
    expect(lines[0]).toContain(placeOrders.subject);
    expect(log.join()).not.toContain('5105105105105100');
  });
});

it('a message without a contract reaches no handler', async () => {
  const subject = 'rpc.orders.without-contract';
  expect(await send(subject, rpcPayload({ subject }, { id: SAGA_ID }))).toMatchObject({
    error: { code: 'INTERNAL_ERROR' },
  });
  expect(handled).toEqual([]);
});
