import { randomUUID } from 'node:crypto';
import { capturePayment, refundPayment, voidPayment } from '@doorbuster/contracts';
import { plantFailure, plantFailureOfCommit } from '@doorbuster/embedded/testing';
import type { OutgoingEvent } from '@doorbuster/messaging';
import { afterEach, describe, expect, it } from 'vitest';
import { FaultyProvider, type Fault } from './faulty-provider.js';
import { PaymentsUnderTest } from './payments-under-test.js';

let payments: PaymentsUnderTest;
afterEach(() => payments.stop());

/** Blocks code until the test opens it. */
function gate(): { opened: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

const startWith = async (fault: Fault): Promise<void> => {
  payments = await PaymentsUnderTest.start((simulated) => new FaultyProvider(simulated, fault));
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
        payments.authorisation(orderId),
        payments.command(capturePayment, { orderId }),
        payments.command(refundPayment, { orderId }),
      ];
      const crashing = commands[['authorise', 'capture', 'refund'].indexOf(operation)];
      for (const command of commands) {
        if (command === crashing) break;
        await payments.ask(command);
      }
      if (!crashing) throw new Error('no such operation');
      await payments.send(crashing);
      await done.opened;
      await payments.cutOffFirstReplica();
      answer.open();

      await payments.startReplica(
        new FaultyProvider(payments.simulated(), async (request, call) => {
          keys.push(request.key);
          return call();
        }),
      );
      expect((await payments.answerTo(crashing)).name).toMatch(/authorised|captured|refunded/);
      expect(new Set(keys)).toEqual(new Set([`${orderId}:${operation}`]));
      expect(keys.length).toBeGreaterThan(1);
      for (const command of commands.slice(commands.indexOf(crashing) + 1)) await payments.ask(command);
      expect(await payments.book(orderId)).toMatchObject({ status: 'refunded', charges: 1, refunds: 1 });
    },
  );
});

describe('a command whose transaction is rolled back', () => {
  it('moves no money until it is delivered again and committed', async () => {
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
    const [failing, other] = [
      payments.command(capturePayment, { orderId }),
      payments.authorisation(randomUUID()),
    ];
    await payments.send(failing, other);
    expect((await payments.answerTo(other)).name).toBe('payment-authorised');
    expect(keys).not.toContain(`${orderId}:capture`);
    await repair();
    expect((await payments.answerTo(failing)).name).toBe('payment-captured');
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
    const quick = payments.authorisation(randomUUID());
    const commands = orders.map((orderId) => payments.authorisation(orderId));
    await payments.send(...commands, quick);
    expect(await payments.answerTo(quick)).toEqual({ name: 'payment-authorised' });
    expect(orders.flatMap((orderId) => payments.answersFor(orderId))).toEqual([]);
    release.open();
    for (const command of commands.slice(0, 10)) {
      expect(await payments.answerTo(command)).toEqual({ name: 'payment-authorised' });
    }
  });

  it('beyond the maximum number of calls wait in the database', async () => {
    let atOnce = 0;
    let most = 0;
    const full = gate();
    const release = gate();
    await startWith(async (_, call) => call());
    await payments.stopFirstReplica();
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
    const commands = Array.from({ length: 20 }, () => payments.authorisation(randomUUID()));
    await payments.send(...commands);
    await full.opened;
    const waiting = await payments.sql<{ count: number }>(
      `select count(*)::integer as count from payments where not is_being_asked and status = 'AUTHORISING'`,
    );
    expect(waiting[0]?.count).toBe(16);
    release.open();
    for (const command of commands) {
      expect(await payments.answerTo(command)).toEqual({ name: 'payment-authorised' });
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
    await payments.ask(payments.command(capturePayment, { orderId }));
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
    await payments.send(payments.authorisation(orderId));
    await asked.opened;
    expect(await payments.book(orderId)).toBeUndefined();
    await payments.ask(payments.command(voidPayment, { orderId }));
    answer.open();
    await payments.status(orderId, 'VOIDED');
    expect(await payments.book(orderId)).toMatchObject({ status: 'voided', charges: 0 });
    expect(
      payments
        .answersFor(orderId)
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(['payment-declined', 'payment-voided']);
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
    expect(await payments.ask(payments.command(capturePayment, { orderId }))).toEqual({
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
      await Promise.all(commands.map((command) => payments.send(command, command)));
      for (const command of commands) await payments.answerTo(command);
    };
    await sendAll((orderId) => payments.authorisation(orderId));
    await sendAll((orderId) => payments.command(capturePayment, { orderId }));
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
      (orderId: string) => payments.authorisation(orderId),
      (orderId: string) => payments.command(capturePayment, { orderId }),
      (orderId: string) => payments.command(refundPayment, { orderId }),
    ]) {
      // One message for each command, so that both replicas receive some.
      const commands = orders.map(make);
      await Promise.all(commands.map((command) => payments.send(command)));
      for (const command of commands) await payments.answerTo(command);
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
    const capture = payments.command(capturePayment, { orderId });
    await payments.send(capture);
    await charged.opened;
    expect(await payments.book(orderId)).toMatchObject({ status: 'captured', charges: 1 });
    await payments.cutOffFirstReplica();

    await payments.startReplica();
    expect(await payments.answerTo(capture)).toEqual({ name: 'payment-captured' });
    expect(await payments.ask(payments.command(refundPayment, { orderId }))).toEqual({
      name: 'payment-refunded',
    });
    expect(await payments.book(orderId)).toEqual({ status: 'refunded', charges: 1, refunds: 1 });
  });
});

it('a payment that cannot be saved is listed as stuck, delays no other, and continues after its repair', async () => {
  payments = await PaymentsUnderTest.start();
  const [bad, good] = [randomUUID(), randomUUID()];
  const repair = await plantFailure(payments.ownerUrl, 'payments.payments', `old.order_id = '${bad}'`);
  const commands = [bad, good].map((orderId) => payments.authorisation(orderId));
  await payments.send(...commands);
  expect((await payments.answerTo(commands[1] as OutgoingEvent)).name).toBe('payment-authorised');
  const stuck = (): Promise<{ item_id: string; failures: number }[]> =>
    payments.sql(`select item_id, failures from stuck_items where job = 'provider-operations'`);
  await expect.poll(stuck, { timeout: 20_000 }).toMatchObject([{ item_id: bad, failures: 2 }]);
  const later = await payments.authorise();
  expect(later.answer.name).toBe('payment-authorised');
  await repair();
  expect((await payments.answerTo(commands[0] as OutgoingEvent)).name).toBe('payment-authorised');
  await expect.poll(stuck, { timeout: 20_000 }).toEqual([]);
});
