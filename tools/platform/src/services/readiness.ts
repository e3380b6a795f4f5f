import { DeadlineExceededError, until } from '@doorbuster/embedded';
import { CONFIGURATION_EXIT_CODE } from '@doorbuster/service/process';
import type { Supervised } from '../supervision/supervised.js';

const READY_DEADLINE_MS = 60_000;
const REQUEST_DEADLINE_MS = 2_000;
/** The start fails when a service has ended this often. */
const FAILURES_MAX = 4;

/** Resolves when every gateway and every service is ready. */
export async function waitUntilReady(gatewayUrls: string[], services: Supervised[]): Promise<void> {
  for (const url of gatewayUrls) await waitUntilOneIsReady(url, services);
}

async function waitUntilOneIsReady(gatewayUrl: string, services: Supervised[]): Promise<void> {
  let last = 'the gateway does not answer';
  const ask = async (): Promise<Supervised | true | undefined> => {
    const failing = services.find(
      ({ failures, lastExitCode }) => failures >= FAILURES_MAX || lastExitCode === CONFIGURATION_EXIT_CODE,
    );
    if (failing !== undefined) return failing;
    const response = await fetch(`${gatewayUrl}/readyz`, {
      signal: AbortSignal.timeout(REQUEST_DEADLINE_MS),
    });
    last = await response.text();
    return response.ok ? true : undefined;
  };
  const outcome = await until(ask, {
    deadlineMs: READY_DEADLINE_MS,
    intervalMs: 50,
    what: 'getting ready',
  }).catch((cause: unknown) => {
    if (!(cause instanceof DeadlineExceededError)) throw cause;
    throw new Error(`not ready after ${READY_DEADLINE_MS} ms: ${last}`, { cause });
  });
  if (outcome === true) return;
  const what =
    outcome.lastExitCode === CONFIGURATION_EXIT_CODE
      ? 'refuses its environment'
      : `ended ${outcome.failures} times before it was ready`;
  throw new Error(`${outcome.name} ${what}; its own lines above say why`);
}
