import {
  exitOnSignal,
  exitOnStartError,
  readConfigOrExit,
  refuseUnknownArguments,
  SHUTDOWN_MS,
} from '@doorbuster/service/process';
import { createLogger } from '@doorbuster/telemetry';
import { stopTelemetry } from '@doorbuster/telemetry/start';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createGateway } from './create-gateway.js';
import { gatewayConfig } from './gateway.config.js';
import { seed } from './seed.js';

/** Runs the gateway until a signal ends it. With the argument `seed` it seeds the shop and ends, unless `SEED=none`. */
export async function runGateway(): Promise<void> {
  refuseUnknownArguments(['seed']);
  const config = readConfigOrExit(gatewayConfig);
  const logger = createLogger('gateway', config.logLevel);
  if (process.argv[2] === 'seed') {
    if (process.env['SEED'] !== 'none') await seed(config, logger);
    return stopTelemetry(SHUTDOWN_MS.telemetry);
  }
  let app: NestFastifyApplication | undefined;
  // Before the start, which waits for NATS: the first process of a container ignores signals without a handler.
  exitOnSignal(async () => app?.close(), SHUTDOWN_MS.gateway);
  app = await createGateway(config, logger).catch(exitOnStartError);
  await app.listen(config.port, config.host);
  logger.info({ port: config.port }, 'listening');
}
