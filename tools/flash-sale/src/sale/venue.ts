import { launchPlatform, type LaunchedPlatform } from '@doorbuster/platform';
import type { SaleOptions } from '../options.js';

/** The platform under test. */
export interface Venue {
  url: string;
  /** Only when this process started it: then its database can be read and its processes can be killed. */
  platform: LaunchedPlatform | undefined;
  close(): Promise<void>;
}

const ANSWER_DEADLINE_MS = 10_000;

/** The platform at `url`, or one that this process starts, configured as a shop would for a sale. */
export async function openVenue({ url }: Pick<SaleOptions, 'url'>): Promise<Venue> {
  if (url !== undefined) {
    await assertAnswers(url);
    return { url, platform: undefined, close: async () => undefined };
  }
  const platform = await launchPlatform({
    env: {
      SEED: 'none',
      RATE_LIMIT: 'off',
      LOG_LEVEL: 'error',
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.05',
    },
  });
  return { url: platform.url, platform, close: () => platform.dispose() };
}

/** Asked once: later calls are retried through a restart, which would hide a wrong address for a minute. */
async function assertAnswers(url: string): Promise<void> {
  try {
    const response = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(ANSWER_DEADLINE_MS) });
    await response.body?.cancel();
  } catch (error) {
    const { cause = error } = error as Error;
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new Error(
      `nothing answers at ${url} (${reason}): start the platform there, or correct --url; without --url, flash-sale starts one`,
      { cause: error },
    );
  }
}
