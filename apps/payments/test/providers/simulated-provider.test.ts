import { describe, expect, it } from 'vitest';
import { LruMap } from '../../src/providers/lru-map.js';
import { SimulatedProvider } from '../../src/providers/simulated-provider.js';

const amount = { amount: 1999, currency: 'USD' };
const { signal } = new AbortController();
const KEY = 'order:authorise';

async function authorised(provider: SimulatedProvider, method = 'pm_card_visa'): Promise<string> {
  const answer = await provider.authorise({ key: KEY, amount, method }, signal);
  if (answer.outcome !== 'authorised') throw new Error(answer.reason);
  return answer.reference;
}

describe('the simulated provider', () => {
  it('takes a second authorisation with the same key for the same one', async () => {
    const provider = new SimulatedProvider();
    expect(await authorised(provider)).toBe(await authorised(provider));
  });

  it.each([
    ['pm_card_chargeDeclined', 'card_declined'],
    ['pm_card_chargeDeclinedInsufficientFunds', 'insufficient_funds'],
    ['pm_of_nobody', 'unknown_payment_method'],
  ])('declines %s with %s', async (method, reason) => {
    const answer = await new SimulatedProvider().authorise({ key: KEY, amount, method }, signal);
    expect(answer).toEqual({ outcome: 'declined', reason });
  });

  it('charges once for one capture key, and refuses another capture', async () => {
    const provider = new SimulatedProvider();
    const reference = await authorised(provider);
    for (const attempt of [1, 2]) {
      expect(await provider.capture({ key: 'capture', reference, amount }, signal), `${attempt}`).toEqual({
        outcome: 'captured',
      });
    }
    expect(await provider.capture({ key: 'other', reference, amount }, signal)).toMatchObject({
      outcome: 'refused',
    });
    expect(provider.book.find(KEY)).toMatchObject({ charges: 1 });
  });

  it('cancels by the key of an authorisation that it has not heard of, and refuses it then', async () => {
    const provider = new SimulatedProvider();
    await provider.void({ key: 'void', authorisationKey: KEY }, signal);
    expect(await provider.authorise({ key: KEY, amount, method: 'pm_card_visa' }, signal)).toMatchObject({
      outcome: 'declined',
    });
  });

  it('refuses to void what is captured, and to capture what is voided', async () => {
    const [captured, voided] = [new SimulatedProvider(), new SimulatedProvider()];
    const [first, second] = [await authorised(captured), await authorised(voided)];
    await captured.capture({ key: 'capture', reference: first, amount }, signal);
    await voided.void({ key: 'void', authorisationKey: KEY }, signal);
    expect(await captured.void({ key: 'void', authorisationKey: KEY }, signal)).toMatchObject({
      outcome: 'refused',
    });
    expect(await voided.capture({ key: 'capture', reference: second, amount }, signal)).toMatchObject({
      outcome: 'refused',
    });
  });

  it('takes a reference at its word that another process gave out', async () => {
    const reference = await authorised(new SimulatedProvider(), 'pm_sim_capture_fails_once');
    const restarted = new SimulatedProvider();
    const request = { key: 'capture', reference, amount };
    await expect(restarted.capture(request, signal)).rejects.toThrow('simulated failure');
    expect(await restarted.capture(request, signal)).toEqual({ outcome: 'captured' });
    expect(await new SimulatedProvider().refund({ ...request, key: 'refund' }, signal)).toEqual({
      outcome: 'refunded',
    });
  });

  it('never answers an authorisation of pm_sim_timeout, until nobody listens any more', async () => {
    const controller = new AbortController();
    const request = { key: KEY, amount, method: 'pm_sim_timeout' };
    const answer = new SimulatedProvider().authorise(request, controller.signal);
    controller.abort();
    await expect(answer).rejects.toThrow('nobody listens');
  });

  it('fails twice with each key of pm_sim_flaky', async () => {
    const provider = new SimulatedProvider();
    for (const key of ['one', 'two']) {
      const request = { key, amount, method: 'pm_sim_flaky' };
      await expect(provider.authorise(request, signal)).rejects.toThrow('simulated failure');
      await expect(provider.authorise(request, signal)).rejects.toThrow('simulated failure');
      expect(await provider.authorise(request, signal)).toMatchObject({ outcome: 'authorised' });
    }
  });
});

describe('the map of a bounded memory', () => {
  it('forgets what was not used for longest', () => {
    const map = new LruMap<string, number>(2);
    map.set('a', 1);
    map.set('b', 2);
    map.get('a');
    map.set('c', 3);
    expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([1, undefined, 3]);
  });
});
