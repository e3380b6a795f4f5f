import { randomUUID } from 'node:crypto';
import { capturePayment, refundPayment, voidPayment } from '@doorbuster/contracts';
import { eventuallyPasses, plantFailure, plantFailureOfCommit } from '@doorbuster/embedded/testing';
import type { OutgoingEvent } from '@doorbuster/messaging';
import { nameOf, sagaCommand, type TestServers } from '@doorbuster/service/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FaultyProvider, gate, type Fault } from './faulty-provider.js';
import {
  authorisation,
  startPayments,
  startPaymentsServers,
  type PaymentsUnderTest,
} from './payments-under-test.js';

let servers: TestServers;
let payments: PaymentsUnderTest;
beforeAll(async () => {
  servers = await startPaymentsServers();
});
afterEach(() => payments.stopReplicas());
afterAll(() => payments.stop());

const startWith = async (fault: Fault): Promise<void> => {
  payments = await startPayments((simulated) => new FaultyProvider(simulated, fault), servers);
};

describe('a crash between the provider and the commit', () => {
  it.each(['authorise', 'capture', 'refund'] as const)(
    'of %s is resolved by a new process with the same key',
    async (operation) => {
      const [done, answer] = [gate(), gate()];
      const keys: string[] = [];
      await startWith(async (request, call) => {
        const result = await call();
        if (!request.key.endsWith(operation)) return result;
        keys.push(request.key);
        done.open();
        await answer.opened;
        return result;
      });
      const orderId = randomUUID();
      const commands = [
        authorisation(orderId),
        sagaCommand(capturePayment, { orderId }),
        sagaCommand(refundPayment, { orderId }),
      ];
      const crashing = commands[['authorise', 'capture', 'refund'].indexOf(operation)];
      for (const command of commands) {
        if (command === crashing) break;
        await payments.run(command);
      }
      if (!crashing) throw new Error('no such operation');
      await payments.publish(crashing);
      await done.opened;
      await payments.cutOffReplica();
      answer.open();

      await payments.startReplica(
        new FaultyProvider(payments.simulated(), async (request, call) => {
          keys.push(request.key);
          return call();
        }),
      );
      // The saga sends a command without a reply again.
      await payments.publish(crashing);
      expect((await payments.result(crashing)).name).toMatch(/authorised|captured|refunded/);
      expect(new Set(keys)).toEqual(new Set([`${orderId}:${operation}`]));
      expect(keys.length).toBeGreaterThan(1);
      for (const command of commands.slice(commands.indexOf(crashing) + 1)) await payments.run(command);
      expect(await payments.book(orderId)).toMatchObject({ status: 'refunded', charges: 1, refunds: 1 });
    },
  );
});

describe('a command whose transaction is rolled back', () => {
  it('is delivered again, asks the provider with the same key, and charges once', async () => {
    const keys: string[] = [];
    await startWith(async ({ key }, call) => {
      keys.push(key);
      return call();
    });
    const { orderId } = await payments.authorise();
    const repair = await plantFailureOfCommit(
      payments.ownerUrl,
      'payments.payments',
      `new.order_id = '${orderId}'`,
    );
    const [failing, other] = [sagaCommand(capturePayment, { orderId }), authorisation(randomUUID())];
    await payments.publish(failing, other);
    expect((await payments.result(other)).name).toBe('payment-authorised');
    expect(await payments.row(orderId)).toMatchObject({ status: 'AUTHORISED', captured: 0 });
    await repair();
    expect((await payments.result(failing)).name).toBe('payment-captured');
    expect(keys.filter((key) => key === `${orderId}:capture`).length).toBeGreaterThan(1);
    expect(await payments.book(orderId)).toMatchObject({ status: 'captured', charges: 1 });
  });
});

describe('slow payments', () => {
  it('do not delay others, even in the same batch', async () => {
    const release = gate();
    const slow = new Set<string>();
    await startWith(async ({ key }, call) => {
      if (slow.has(key)) await release.opened;
      return call();
    });
    const orders = Array.from({ length: 200 }, () => randomUUID());
    for (const orderId of orders) slow.add(`${orderId}:authorise`);
    const quick = authorisation(randomUUID());
    const commands = orders.map((orderId) => authorisation(orderId));
    await payments.publish(...commands, quick);
    expect(await payments.result(quick)).toEqual({ name: 'payment-authorised' });
    expect(orders.flatMap((orderId) => payments.receivedFor(orderId))).toEqual([]);
    release.open();
    for (const command of commands) {
      expect(await payments.result(command)).toEqual({ name: 'payment-authorised' });
    }
  });

  it('beyond the maximum number of calls wait in the database', async () => {
    let atOnce = 0;
    let most = 0;
    const full = gate();
    const release = gate();
    await startWith(async (_, call) => call());
    await payments.stopReplica();
    await payments.startReplica(
      new FaultyProvider(payments.simulated(), async (_, call) => {
        most = Math.max(most, (atOnce += 1));
        if (atOnce === 4) full.open();
        await release.opened;
        atOnce -= 1;
        return call();
      }),
      { callsMax: 4, deadlineMs: 5_000, leaseMs: 10_000 },
    );
    const commands = Array.from({ length: 20 }, () => authorisation(randomUUID()));
    await payments.publish(...commands);
    await full.opened;
    await eventuallyPasses(async () => {
      const waiting = await payments.query<{ count: number }>(
        `select count(*)::integer as count from payments where not is_being_asked and status = 'AUTHORISING'`,
      );
      expect(waiting[0]?.count).toBe(16);
    });
    release.open();
    for (const command of commands) {
      expect(await payments.result(command)).toEqual({ name: 'payment-authorised' });
    }
    expect(most).toBe(4);
  });
});

describe('a provider whose answer is lost', () => {
  it('is called again with the same key, and charges once', async () => {
    const lost = new Set<string>();
    await startWith(async ({ key }, call) => {
      const result = await call();
      if (lost.has(key)) return result;
      lost.add(key);
      throw new Error('connection reset');
    });
    const { orderId } = await payments.authorise();
    await payments.run(sagaCommand(capturePayment, { orderId }));
    expect(await payments.book(orderId)).toMatchObject({ status: 'captured', charges: 1 });
    expect(lost).toEqual(new Set([`${orderId}:authorise`, `${orderId}:capture`]));
  });

  it('or comes after the command to void leaves nothing held', async () => {
    const [asked, answer] = [gate(), gate()];
    await startWith(async ({ key }, call) => {
      const result = await call();
      if (!key.endsWith('authorise')) return result;
      asked.open();
      await answer.opened;
      return result;
    });
    const orderId = randomUUID();
    await payments.publish(authorisation(orderId));
    await asked.opened;
    await payments.status(orderId, 'AUTHORISING');
    expect(await payments.book(orderId)).toBeUndefined();
    await payments.run(sagaCommand(voidPayment, { orderId }));
    answer.open();
    await payments.status(orderId, 'VOIDED');
    expect(await payments.book(orderId)).toMatchObject({ status: 'voided', charges: 0 });
    expect(payments.receivedFor(orderId).map(nameOf).toSorted()).toEqual([
      'payment-declined',
      'payment-voided',
    ]);
  });
});

describe('a provider that refuses a capture', () => {
  it('makes the saga step fail with its reason, and the payment is voided', async () => {
    await startWith(async (request, call) => {
      // The bank cancels the hold before the capture.
      if (request.key.endsWith('capture')) {
        const authorisationKey = request.key.replace('capture', 'authorise');
        await payments.simulated().void({ key: 'bank', authorisationKey }, AbortSignal.timeout(1_000));
      }
      return call();
    });
    const { orderId } = await payments.authorise();
    expect(await payments.run(sagaCommand(capturePayment, { orderId }))).toEqual({
      name: 'payment-capture-refused',
      reason: 'CAPTURE_REFUSED: authorisation_voided',
    });
    await payments.status(orderId, 'VOIDED');
  });
});

describe('two replicas', () => {
  it('share the work, and charge each payment once', async () => {
    await startWith(async (_, call) => call());
    await payments.startReplica();
    const orders = Array.from({ length: 50 }, () => randomUUID());
    const sendAll = async (make: (orderId: string) => OutgoingEvent): Promise<void> => {
      const commands = orders.map(make);
      await Promise.all(commands.map((command) => payments.publish(command, command)));
      for (const command of commands) await payments.result(command);
    };
    await sendAll((orderId) => authorisation(orderId));
    await sendAll((orderId) => sagaCommand(capturePayment, { orderId }));
    const books = await Promise.all(orders.map((orderId) => payments.book(orderId)));
    expect(books.map((book) => book?.charges)).toEqual(orders.map(() => 1));
  });
});

describe('the books of the card network', () => {
  it('are the same in each replica, so that no refund is refused', async () => {
    const refusals: string[] = [];
    const fault: Fault = async (request, call) => {
      const result = await call();
      if ((result as { outcome: string }).outcome === 'refused') refusals.push(request.key);
      return result;
    };
    await startWith(fault);
    await payments.startReplica(new FaultyProvider(payments.simulated(), fault));
    const orders = Array.from({ length: 60 }, () => randomUUID());
    for (const make of [
      (orderId: string) => authorisation(orderId),
      (orderId: string) => sagaCommand(capturePayment, { orderId }),
      (orderId: string) => sagaCommand(refundPayment, { orderId }),
    ]) {
      // One message for each command, so that both replicas receive some.
      const commands = orders.map(make);
      await Promise.all(commands.map((command) => payments.publish(command)));
      for (const command of commands) await payments.result(command);
    }
    expect(refusals).toEqual([]);
    const books = await Promise.all(orders.map((orderId) => payments.book(orderId)));
    expect(books).toEqual(orders.map(() => ({ status: 'refunded', charges: 1, refunds: 1 })));
  });

  it('contain the charge of a killed replica, and another replica refunds it', async () => {
    const charged = gate();
    await startWith(async (request, call) => {
      const result = await call();
      if (!request.key.endsWith('capture')) return result;
      charged.open();
      return new Promise(() => undefined);
    });
    const { orderId } = await payments.authorise();
    const capture = sagaCommand(capturePayment, { orderId });
    await payments.publish(capture);
    await charged.opened;
    expect(await payments.book(orderId)).toMatchObject({ status: 'captured', charges: 1 });
    await payments.cutOffReplica();

    await payments.startReplica();
    await payments.publish(capture);
    expect(await payments.result(capture)).toEqual({ name: 'payment-captured' });
    expect(await payments.run(sagaCommand(refundPayment, { orderId }))).toEqual({
      name: 'payment-refunded',
    });
    expect(await payments.book(orderId)).toEqual({ status: 'refunded', charges: 1, refunds: 1 });
  });
});

it('a payment that cannot be saved is listed as stuck, delays no other, and continues after its repair', async () => {
  payments = await startPayments(undefined, servers);
  const [bad, good] = [randomUUID(), randomUUID()];
  const repair = await plantFailure(payments.ownerUrl, 'payments.payments', `old.order_id = '${bad}'`);
  // The first call fails, so the payment is updated later.
  const commands = [bad, good].map((orderId) => authorisation(orderId, 'pm_sim_flaky'));
  await payments.publish(...commands);
  expect((await payments.result(commands[1] as OutgoingEvent)).name).toBe('payment-authorised');
  const stuck = (): Promise<{ item_id: string; failures: number }[]> =>
    payments.query(`select item_id, failures from stuck_items where job = 'provider-operations'`);
  await eventuallyPasses(async () => expect(await stuck()).toMatchObject([{ item_id: bad, failures: 2 }]));
  const later = await payments.authorise();
  expect(later.answer.name).toBe('payment-authorised');
  await repair();
  expect((await payments.result(commands[0] as OutgoingEvent)).name).toBe('payment-authorised');
  await eventuallyPasses(async () => expect(await stuck()).toEqual([]));
});
