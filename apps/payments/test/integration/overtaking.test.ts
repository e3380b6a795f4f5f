import { randomUUID } from 'node:crypto';
import { capturePayment, refundPayment, voidPayment } from '@doorbuster/contracts';
import { eventuallyPasses } from '@doorbuster/embedded/testing';
import type { BatchOutcome, IncomingBatch, OutgoingEvent } from '@doorbuster/messaging';
import { sagaCommand } from '@doorbuster/service/testing';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { PaymentCommandsHandler } from '../../src/payments/payment-commands.handler.js';
import { FaultyProvider } from './faulty-provider.js';
import { authorisation, startPayments, type PaymentsUnderTest } from './payments-under-test.js';

type PaymentBatch = Parameters<PaymentCommandsHandler['handle']>[0];

/** The first replica waits for its provider before its transaction; the second one handles other commands meanwhile. */
const PAUSED = 0;
const OTHER = 1;

let payments: PaymentsUnderTest;
let answered: PromiseWithResolvers<void>;
let release: PromiseWithResolvers<void>;
beforeAll(async () => {
  payments = await startPayments(
    (simulated) =>
      new FaultyProvider(simulated, async (_, call) => {
        const answer = await call();
        answered.resolve();
        await release.promise;
        return answer;
      }),
    undefined,
    { firstAnswerMs: 60_000, deadlineMs: 60_000, leaseMs: 120_000 },
  );
  await payments.startReplica();
});
afterEach(() => release.resolve());
afterAll(() => payments.stop());

/** The replica's handler gets the command as a batch of its own. */
function handle(replica: number, command: OutgoingEvent): Promise<BatchOutcome> {
  const batch: IncomingBatch = {
    consumer: 'payments-commands',
    isReplay: false,
    events: [{ natsSubject: command.natsSubject, event: command.event }],
    unreadable: [],
  };
  return payments
    .replica(replica)
    .get(PaymentCommandsHandler)
    .handle(batch as PaymentBatch);
}

/** The paused replica has called the provider, and gets the answer when `resume` is called. */
async function pauseDuring(command: OutgoingEvent): Promise<{ resume: () => Promise<BatchOutcome> }> {
  [answered, release] = [Promise.withResolvers(), Promise.withResolvers()];
  const outcome = handle(PAUSED, command);
  await answered.promise;
  return {
    resume: () => {
      release.resolve();
      return outcome;
    },
  };
}

it('a void that overtakes an authorisation leaves nothing held', async () => {
  const orderId = randomUUID();
  const [authorise, cancel] = [authorisation(orderId), sagaCommand(voidPayment, { orderId })];
  const paused = await pauseDuring(authorise);
  expect(await payments.row(orderId)).toBeUndefined();
  await handle(OTHER, cancel);
  expect(await payments.result(cancel)).toEqual({ name: 'payment-voided' });
  expect(await paused.resume()).toBe('done');
  expect(await payments.result(authorise)).toEqual({ name: 'payment-declined', reason: 'ALREADY_VOIDED' });
  await payments.status(orderId, 'VOIDED');
  expect(await payments.book(orderId)).toMatchObject({ status: 'voided', charges: 0 });
});

it('an authorisation after the tombstone of an older release, which asked no provider, is voided', async () => {
  const orderId = randomUUID();
  const authorise = authorisation(orderId);
  const paused = await pauseDuring(authorise);
  await payments.query(`insert into payments (order_id, status) values ($1, 'VOIDED')`, [orderId]);
  expect(await payments.book(orderId)).toBeUndefined();
  await paused.resume();
  expect(await payments.result(authorise)).toEqual({ name: 'payment-declined', reason: 'ALREADY_VOIDED' });
  await eventuallyPasses(async () =>
    expect(await payments.book(orderId)).toMatchObject({ status: 'voided', charges: 0 }),
  );
  await payments.status(orderId, 'VOIDED');
});

it('a refund that overtakes a capture refunds it, and the capture gets its reply', async () => {
  const orderId = randomUUID();
  const authorise = authorisation(orderId);
  await handle(OTHER, authorise);
  const [capture, refund] = [capturePayment, refundPayment].map((contract) =>
    sagaCommand(contract, { orderId }),
  );
  if (!capture || !refund) throw new Error('two commands');
  const paused = await pauseDuring(capture);
  await handle(OTHER, refund);
  expect(await payments.result(refund)).toEqual({ name: 'payment-refunded' });
  await paused.resume();
  expect(await payments.result(capture)).toEqual({ name: 'payment-captured' });
  expect(await payments.row(orderId)).toMatchObject({ status: 'REFUNDED', captured: 1999, refunded: 1999 });
  expect(await payments.book(orderId)).toEqual({ status: 'refunded', charges: 1, refunds: 1 });
});

it('two replicas that handle the same authorisation store one payment, and both reply', async () => {
  const orderId = randomUUID();
  const [first, second] = [authorisation(orderId), authorisation(orderId)];
  const paused = await pauseDuring(first);
  await handle(OTHER, second);
  expect(await payments.result(second)).toEqual({ name: 'payment-authorised' });
  await paused.resume();
  expect(await payments.result(first)).toEqual({ name: 'payment-authorised' });
  expect(await payments.row(orderId)).toMatchObject({ status: 'AUTHORISED' });
});

it('an answer that comes after the wait and before the commit is recorded after the commit, without a second call', async () => {
  const keys: string[] = [];
  [answered, release] = [Promise.withResolvers(), Promise.withResolvers()];
  const impatient = payments.replicas.length;
  await payments.startReplica(
    new FaultyProvider(payments.simulated(), async ({ key }, call) => {
      keys.push(key);
      await release.promise;
      const answer = await call();
      answered.resolve();
      return answer;
    }),
    { firstAnswerMs: 1, deadlineMs: 60_000, leaseMs: 120_000 },
  );
  const orderId = randomUUID();
  const command = authorisation(orderId);
  const blocker = payments.database.createQueryRunner();
  await blocker.startTransaction();
  await blocker.query(`insert into payments (order_id, status) values ($1, 'VOIDED')`, [orderId]);
  const outcome = handle(impatient, command);
  await eventuallyPasses(async () =>
    expect(
      await payments.query(`select from pg_locks where not granted and locktype = 'transactionid'`),
    ).toHaveLength(1),
  );
  release.resolve();
  await answered.promise;
  // Time in which a result could be recorded before the commit, and be lost.
  for (let i = 0; i < 20; i += 1) await payments.query('select 1');
  await blocker.rollbackTransaction();
  await blocker.release();
  expect(await outcome).toBe('done');
  expect(await payments.result(command)).toEqual({ name: 'payment-authorised' });
  expect(keys).toHaveLength(1);
});
