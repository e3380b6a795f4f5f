import { launchPlatform, type LaunchedPlatform } from '@doorbuster/platform';
import type { SaleOptions } from '../options.js';

/** The platform that is put to the test. */
export interface Venue {
  url: string;
  /** When it is ours: then there is a database to look into, and there are processes to kill. */
  platform: LaunchedPlatform | undefined;
  close(): Promise<void>;
}

/** A platform of our own, as a shop would run it on such a day, unless there is one at `url`. */
export async function openVenue({ url }: Pick<SaleOptions, 'url'>): Promise<Venue> {
  if (url !== undefined) return { url, platform: undefined, close: async () => undefined };
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
