import { exitOnSignal, readConfigOrExit, SHUTDOWN_MS } from '@doorbuster/service/process';
import { createLogger } from '@doorbuster/telemetry';
import { stopTelemetry } from '@doorbuster/telemetry/start';
import { gatewayConfig } from './gateway.config.js';
import { createGateway, type Gateway } from './create-gateway.js';
import { seed } from './seed.js';

/**
 * Starts the gateway as the environment says, until a signal ends it; with the argument `seed` it fills the shop and ends,
 * unless `SEED=none`.
 */
export async function runGateway(): Promise<void> {
  const config = readConfigOrExit(gatewayConfig);
  const logger = createLogger('gateway', config.logLevel);
  if (process.argv[2] === 'seed') {
    if (process.env['SEED'] !== 'none') await seed(config, logger);
    return stopTelemetry(SHUTDOWN_MS.telemetry);
  }
  let gateway: Gateway | undefined;
  // Before the start, which waits for NATS: the first process of a container ignores signals that it does not handle.
  exitOnSignal(async () => gateway?.app.close(), SHUTDOWN_MS.gateway);
  gateway = await createGateway(config, logger);
  await gateway.app.listen(config.port, config.host);
  logger.info({ port: config.port }, 'listening');
}
