import { DEMO_CATALOGUE, seedCatalogue, seedPictures, seedSale } from '@doorbuster/demo';
import type { Logger } from '@doorbuster/telemetry';
import type { PlatformConfig } from '../config.js';

/** Fills the shop at `url`, and announces a sale. */
export async function seedShop(
  url: string,
  { issuesTokens }: Pick<PlatformConfig, 'issuesTokens'>,
  logger: Logger,
): Promise<void> {
  if (!issuesTokens) {
    logger.warn('no demo catalogue: with AUTH_JWKS_URL the gateway gives out no token to make it with');
    return;
  }
  await seedCatalogue(url, DEMO_CATALOGUE);
  // The shop is complete without it: the SKU may be sold out by now, for example.
  await seedSale(url).catch((error: unknown) => logger.warn({ err: error }, 'no demo sale'));
  // Not awaited: the shop is ready before its pictures, which take a second or two.
  seedPictures(url, DEMO_CATALOGUE).catch((err: unknown) => {
    logger.warn({ err }, 'the demo catalogue lacks pictures; the next start adds them');
  });
}
