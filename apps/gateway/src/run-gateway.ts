import { exitOnSignal, readConfig, SHUTDOWN_MS } from '@doorbuster/service/process';
import { createLogger } from '@doorbuster/telemetry';
import { gatewayConfig } from './config.js';
import { createGateway } from './create-gateway.js';

/** Starts the gateway as the environment says, until a signal ends it. */
export async function runGateway(): Promise<void> {
  const config = readConfig(gatewayConfig);
  const logger = createLogger('gateway', config.logLevel);
  const { app } = await createGateway(config, logger);
  exitOnSignal(() => app.close(), SHUTDOWN_MS.gateway);
  await app.listen(config.port, config.host);
  logger.info({ port: config.port }, 'listening');
}
