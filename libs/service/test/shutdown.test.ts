import { afterEach, describe, expect, it, vi } from 'vitest';
import { SHUTDOWN_MS } from '../src/shutdown-budget.js';
import { exitOnSignal } from '../src/shutdown.js';

describe('the limits of a shutdown', () => {
  const { requests, rpcs, providerCalls, outbox, connection, telemetry, grace, ...whole } = SHUTDOWN_MS;

  it('give a waiting process more time than the parts that it waits for', () => {
    expect(requests + connection + telemetry).toBeLessThan(whole.gateway);
    expect(rpcs + providerCalls + outbox + 3 * connection + telemetry).toBeLessThan(whole.service);
    const { gateway, service, servers, platform } = whole;
    expect(gateway + grace + service + grace + servers).toBeLessThan(platform);
    expect(platform).toBeLessThan(10_000);
  });
});

describe('a process that gets SIGTERM', () => {
  afterEach(() => vi.restoreAllMocks());

  it.each([
    ['closes and exits with 0', () => Promise.resolve(), 0],
    ['exits with 1 when closing fails', () => Promise.reject(new Error('away')), 1],
    ['exits with 1 in time when closing hangs', () => new Promise(() => undefined), 1],
  ])('%s', async (_, close, code) => {
    const once = vi.spyOn(process, 'once').mockReturnThis();
    const exit = vi.spyOn(process, 'exit').mockReturnValue(undefined as never);
    const begun = performance.now();
    exitOnSignal(close, SHUTDOWN_MS.telemetry + 100);
    for (const [signal, handler] of once.mock.calls) if (signal === 'SIGTERM') handler();
    await expect.poll(() => exit.mock.calls, { timeout: 5_000 }).toEqual([[code]]);
    expect(performance.now() - begun).toBeLessThan(SHUTDOWN_MS.telemetry + 1_000);
  });
});
