import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PlannedFailures } from '../../src/providers/simulated/planned-failures.js';
import { SimulatedProvider } from '../../src/providers/simulated/simulated-provider.js';
import { startBooks, type BooksTable } from './books-table.js';

const amount = { amount: 1999, currency: 'USD' };
const { signal } = new AbortController();

let table: BooksTable;
let provider: SimulatedProvider;
/** The provider of a restarted process or of another replica. */
let another: SimulatedProvider;
beforeAll(async () => {
  table = await startBooks();
});
afterAll(() => table.dispose());
let key: string;
beforeEach(async () => {
  key = `${randomUUID()}:authorise`;
  provider = new SimulatedProvider(await table.open());
  another = new SimulatedProvider(await table.open());
});

async function authorised(by = provider, method = 'pm_card_visa'): Promise<string> {
  const answer = await by.authorise({ key, amount, method }, signal);
  if (answer.outcome !== 'authorised') throw new Error(answer.reason);
  return answer.reference;
}

describe('the simulated provider', () => {
  it('returns the same authorisation for the same key', async () => {
    expect(await authorised()).toBe(await authorised(another));
  });

  it.each([
    ['pm_card_chargeDeclined', 'card_declined'],
    ['pm_card_chargeDeclinedInsufficientFunds', 'insufficient_funds'],
    ['pm_of_nobody', 'unknown_payment_method'],
  ])('declines %s with %s', async (method, reason) => {
    const answer = await provider.authorise({ key, amount, method }, signal);
    expect(answer).toEqual({ outcome: 'declined', reason });
  });

  it('charges once for one capture key, and refuses another capture, in each replica', async () => {
    const reference = await authorised();
    for (const replica of [provider, another, provider]) {
      expect(await replica.capture({ key: 'capture', reference, amount }, signal)).toEqual({
        outcome: 'captured',
      });
      expect(await replica.capture({ key: 'other', reference, amount }, signal)).toEqual({
        outcome: 'refused',
        reason: 'authorisation_captured',
      });
    }
  });

  it('refunds once what another replica has captured', async () => {
    const reference = await authorised();
    await provider.capture({ key: 'capture', reference, amount }, signal);
    for (const replica of [another, provider]) {
      expect(await replica.refund({ key: 'refund', reference, amount }, signal)).toEqual({
        outcome: 'refunded',
      });
      expect(await replica.refund({ key: 'other', reference, amount }, signal)).toEqual({
        outcome: 'refused',
        reason: 'payment_refunded',
      });
    }
    // The answer to a repeated capture is still the same.
    expect(await another.capture({ key: 'capture', reference, amount }, signal)).toEqual({
      outcome: 'captured',
    });
  });

  it('cancels by the key of an unknown authorisation, and then refuses it', async () => {
    await provider.void({ key: 'void', authorisationKey: key }, signal);
    expect(await another.authorise({ key, amount, method: 'pm_card_visa' }, signal)).toEqual({
      outcome: 'declined',
      reason: 'authorisation_cancelled',
    });
  });

  it('says that a payment to void is captured, and refuses to capture or refund a voided one', async () => {
    const reference = await authorised();
    await provider.capture({ key: 'capture', reference, amount }, signal);
    expect(await another.void({ key: 'void', authorisationKey: key }, signal)).toEqual({
      outcome: 'captured',
    });
    key = `${randomUUID()}:authorise`;
    const voided = await authorised();
    await provider.void({ key: 'void', authorisationKey: key }, signal);
    for (const operation of ['capture', 'refund'] as const) {
      expect(await another[operation]({ key: operation, reference: voided, amount }, signal)).toMatchObject({
        outcome: 'refused',
      });
    }
  });

  it('refunds once a payment that was captured before the table existed', async () => {
    const reference = await authorised();
    const request = { key: 'refund', reference, amount };
    expect(await provider.refund(request, signal)).toEqual({ outcome: 'refunded' });
    expect(await another.refund({ ...request, key: 'other' }, signal)).toMatchObject({ outcome: 'refused' });
  });

  it('answers concurrent requests for one authorisation as if they came one by one', async () => {
    const reference = await authorised();
    const captures = Array.from({ length: 20 }, (_, i) =>
      [provider, another][i % 2]?.capture({ key: `capture-${i}`, reference, amount }, signal),
    );
    const outcomes = (await Promise.all(captures)).map((answer) => answer?.outcome);
    expect(outcomes.filter((outcome) => outcome === 'captured')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'refused')).toHaveLength(19);
  });

  it('never answers an authorisation of pm_sim_timeout, until the caller aborts', async () => {
    const controller = new AbortController();
    const request = { key, amount, method: 'pm_sim_timeout' };
    const answer = provider.authorise(request, controller.signal);
    controller.abort();
    await expect(answer).rejects.toThrow('aborted by the caller');
  });

  it('fails twice with each key of pm_sim_flaky', async () => {
    for (const each of [`${key}:one`, `${key}:two`]) {
      const request = { key: each, amount, method: 'pm_sim_flaky' };
      await expect(provider.authorise(request, signal)).rejects.toThrow('simulated failure');
      await expect(provider.authorise(request, signal)).rejects.toThrow('simulated failure');
      expect(await provider.authorise(request, signal)).toMatchObject({ outcome: 'authorised' });
    }
  });
});

describe('planned failures', () => {
  it('are counted for the latest operations, at the same cost for any number of them', () => {
    const [max, blocks, perBlock] = [1_000, 40, 20_000];
    const counts = new PlannedFailures(max);
    const costs = Array.from({ length: blocks }, (_, block) => {
      const before = process.cpuUsage();
      for (let i = 0; i < perBlock; i += 1) counts.failsOnceMore(`${block}:${i}`, 1);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / perBlock;
    });
    expect(counts.size).toBeLessThanOrEqual(2 * max);
    expect(counts.failsOnceMore(`${blocks - 1}:${perBlock - 1}`, 1)).toBe(false);
    // Microseconds of CPU. A map with single deletions takes up to 200 when it is full.
    expect(costs.toSorted((a, b) => a - b)[blocks / 2]).toBeLessThan(20);
  });
});
