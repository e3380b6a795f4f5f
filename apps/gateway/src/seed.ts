import { DEMO_CATALOGUE, seedCatalogue, seedPictures } from '@doorbuster/demo';
import type { Logger } from '@doorbuster/telemetry';
import { createGateway } from './create-gateway.js';
import type { GatewayConfig } from './gateway.config.js';

/**
 * Creates the demo catalogue and ends: `node dist/main.js seed`, before the first gateway starts. It uses a gateway of its
 * own on a local port, so that no customer sees a half-filled shop.
 */
export async function seed(config: GatewayConfig, logger: Logger): Promise<void> {
  if (!config.issuesTokens) {
    throw new Error(
      'only a gateway that gives out tokens can make a demo catalogue, which in production none does',
    );
  }
  const app = await createGateway(config, logger);
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  await seedCatalogue(url, DEMO_CATALOGUE);
  await seedPictures(url, DEMO_CATALOGUE);
  await app.close();
  logger.info({ products: DEMO_CATALOGUE.length }, 'demo catalogue is there');
}
