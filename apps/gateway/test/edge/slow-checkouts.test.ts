import { randomUUID } from 'node:crypto';
import { accept, refuse, type Order, type OrderStatusChanged } from '@doorbuster/contracts';
import { SIGNING_KEY } from '@doorbuster/service/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Admission } from '../../src/edge/admission.js';
import { gatewayConfig } from '../../src/gateway.config.js';
import { ProblemException } from '../../src/problem/problem.exception.js';
import type { OrderStatusSubscriber } from '../../src/order-status/order-status-subscriber.js';
import { anOrder, aStatus, PLACE_ORDER } from '../support/examples.js';
import { startFixture, type Fixture } from '../support/fixture.js';

/** These customers pay with a card whose bank never answers. */
const isSlow = (customerId: string): boolean => customerId.startsWith('slow');

describe('checkouts that do not settle', () => {
  let fixture: Fixture;
  let accepted: string[];
  let isRefusing: boolean;
  const start = async (env: Record<string, string>): Promise<void> => {
    fixture = await startFixture({ TRUST_PROXY: '1', ...env });
    accepted = [];
    isRefusing = false;
    await fixture.services.answerOrders(({ customerId }) => {
      if (isRefusing) return refuse('CURRENCY_MISMATCH', 'One currency an order.');
      const id = randomUUID();
      accepted.push(customerId);
      if (!isSlow(customerId)) setTimeout(() => void fixture.services.publish(aStatus({ orderId: id })), 20);
      return accept(anOrder({ id }));
    });
  };
  afterEach(() => fixture.stop());

  const order = async (
    customerId: string,
    key: string = randomUUID(),
    address = '192.0.2.1',
  ): Promise<Response> =>
    fetch(`${fixture.url}/v1/orders`, {
      method: 'POST',
      headers: {
        ...(await fixture.as(customerId)),
        'idempotency-key': key,
        'content-type': 'application/json',
        'x-forwarded-for': address,
      },
      body: JSON.stringify(PLACE_ORDER),
    });
  const statuses = async (count: number, customerOf: (i: number) => string): Promise<number[]> =>
    (await Promise.all(Array.from({ length: count }, (_, i) => order(customerOf(i))))).map(
      ({ status }) => status,
    );

  it('of two greedy customers leave room for other customers', async () => {
    await start({ CHECKOUTS_IN_FLIGHT_MAX: '128' });
    const greedy = [];
    // As many as two customers send in a second and a half at 45 a second.
    for (let i = 0; i < 68; i += 1) greedy.push(order('slow-1'), order('slow-2'));
    const answers = await Promise.all(greedy);
    expect(await statuses(49, (i) => `honest-${i}`)).toEqual(Array(49).fill(202));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(40);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.headers.get('retry-after')).toBe('5');
    expect(await refused?.json()).toMatchObject({ code: 'TOO_MANY_UNSETTLED_ORDERS' });
  });

  it('of a customer do not block a repeated request that has an order', async () => {
    await start({ UNSETTLED_ORDERS_PER_CUSTOMER_MAX: '1' });
    expect((await order('slow-1', 'first')).status).toBe(202);
    expect((await order('slow-1', 'second')).status).toBe(429);
    expect((await order('slow-1', 'first')).status).toBe(202);
  });

  it('of a customer are limited also for keys that were refused before', async () => {
    await start({ UNSETTLED_ORDERS_PER_CUSTOMER_MAX: '1' });
    isRefusing = true;
    for (const key of ['second', 'third']) expect((await order('slow-1', key)).status).toBe(422);
    isRefusing = false;
    expect((await order('slow-1', 'first')).status).toBe(202);
    for (const key of ['second', 'third']) expect((await order('slow-1', key)).status).toBe(429);
    expect(accepted).toEqual(['slow-1']);
  });

  it('of one network are limited, and leave room for other networks', async () => {
    await start({ SLOW_ORDERS_PER_ADDRESS_MAX: '2' });
    for (const name of ['slow-1', 'slow-2', 'slow-3']) expect((await order(name)).status).toBe(202);
    await vi.waitFor(async () => expect((await order('honest')).status).toBe(429), {
      timeout: 8_000,
      interval: 100,
    });
    expect((await order('honest', randomUUID(), '192.0.2.2')).status).toBe(202);
  });
});

describe('the limit of checkouts', () => {
  const IN_FLIGHT_AT_FIRST = 1_024;
  let tell: (status: OrderStatusChanged) => void;
  let admission: Admission;
  let start: (env?: Record<string, string>) => void;
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] });
    vi.advanceTimersByTime(1_000);
    const feed = {
      onEvery: (listener: typeof tell) => void (tell = listener),
      lastOf: () => undefined,
    } as unknown as OrderStatusSubscriber;
    start = (env = {}) => {
      admission = new Admission(
        feed,
        gatewayConfig.parse({ NATS_URL: 'nats://x', RPC_SIGNING_KEY: SIGNING_KEY, ...env }),
      );
      admission.onApplicationBootstrap();
    };
    start();
  });
  afterEach(() => vi.useRealTimers());

  const place = (customerId: string): Promise<Order> =>
    admission.admit({ customerId, network: '192.0.2.1' }, async () => anOrder({ id: randomUUID() }));
  const room = async (): Promise<number> => {
    for (let count = 0; ; count += 1) {
      const refused = await place(`other-${count}`).then(
        () => false,
        (error) => error instanceof ProblemException,
      );
      if (refused) return count;
    }
  };
  const settleSome = async (): Promise<void> => {
    const orders = await Promise.all(Array.from({ length: 30 }, (_, i) => place(`honest-${i}`)));
    vi.advanceTimersByTime(300);
    for (const { id } of orders) tell(aStatus({ orderId: id }));
  };

  it('is not used up by slow ones, which have places of their own, as have later orders of their customers', async () => {
    start({ CHECKOUTS_IN_FLIGHT_MAX: '64' });
    for (let i = 0; i < 64; i += 1) await place(`slow-${i % 8}`);
    await expect(place('honest')).rejects.toMatchObject({ code: 'SERVICE_OVERLOADED' });
    vi.advanceTimersByTime(2_100);
    const honest = await Promise.all(Array.from({ length: 16 }, (_, i) => place(`honest-${i}`)));
    for (const { id } of honest) tell(aStatus({ orderId: id }));
    // The sixteen places for slow ones are taken, and their customers take no others.
    for (let i = 0; i < 8; i += 1)
      await expect(place(`slow-${i}`)).rejects.toMatchObject({ code: 'SERVICE_OVERLOADED' });
    for (let i = 0; i < 16; i += 1) await place(`honest-${i}`);
  });

  it('is not lowered by many slow orders of one customer', async () => {
    for (let i = 0; i < 200; i += 1) await place('greedy');
    vi.advanceTimersByTime(2_100);
    expect(admission.refusal()).toBeUndefined();
    await settleSome();
    expect(await room()).toBeGreaterThanOrEqual(IN_FLIGHT_AT_FIRST);
  });

  it('is lowered by slow orders of many customers', async () => {
    for (let i = 0; i < 200; i += 1) await place(`waiting-${i}`);
    vi.advanceTimersByTime(2_100);
    expect(admission.refusal()).toBeUndefined();
    await settleSome();
    expect(await room()).toBeLessThan(IN_FLIGHT_AT_FIRST);
  });
});
