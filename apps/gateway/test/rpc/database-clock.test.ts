import { accept, clockOf, refuse } from '@doorbuster/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DatabaseClock } from '../../src/rpc/database-clock.js';
import { startFixture, startGateway, type Fixture } from '../support/fixture.js';

/** A database whose clock differs from ours. */
const AHEAD_MS = 3_600_000;
const theirs = (): number => Date.now() + AHEAD_MS;

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.stop());

const clockOfNewGateway = async () => {
  const { app } = await startGateway(fixture.nats);
  return { clock: app.get(DatabaseClock), close: () => app.close() };
};

describe('a deadline by the clock of a service', () => {
  it('is by the clock of its database, and not later than the caller waits', async () => {
    await fixture.services.answer(clockOf('orders'), () => accept({ now: theirs() }));
    const { clock, close } = await clockOfNewGateway();
    const deadline = await clock.deadline('orders', 5_000);
    const latest = theirs() + 5_000;
    expect(deadline).toBeLessThanOrEqual(latest);
    expect(deadline).toBeGreaterThan(latest - 2_000);
    await close();
  });

  it('counts from the request when the first sample is slow', async () => {
    let isUnavailable = true;
    await fixture.services.answer(clockOf('orders'), () =>
      isUnavailable ? refuse('SERVICE_UNAVAILABLE', 'restarting') : accept({ now: theirs() }),
    );
    const { clock, close } = await clockOfNewGateway();
    const latest = theirs() + 5_000;
    const deadline = clock.deadline('orders', 5_000);
    await expect.poll(() => fixture.services.requests(clockOf('orders')).length).toBeGreaterThan(3);
    isUnavailable = false;
    expect(await deadline).toBeLessThanOrEqual(latest + 5);
    await close();
  });

  it('is refused without a sample in the time of the request', async () => {
    await fixture.services.answer(clockOf('orders'), () => refuse('SERVICE_UNAVAILABLE', 'restarting'));
    const { clock, close } = await clockOfNewGateway();
    await expect(clock.deadline('orders', 400)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    await close();
  });

  it('is in the past when no replica serves its clock: the previous release ignores it, this one refuses', async () => {
    await fixture.services.silence(clockOf('orders'));
    const { clock, close } = await clockOfNewGateway();
    expect(await clock.deadline('orders', 400)).toBe(0);
    await close();
  });
});
