import { exitOnSignal, readConfig } from '@doorbuster/service/process';
import { createLogger } from '@doorbuster/telemetry';
import { gatewayConfig } from './config.js';
import { createGateway } from './create-gateway.js';

const config = readConfig(gatewayConfig);
const logger = createLogger('gateway', config.logLevel);
const { app } = await createGateway(config, logger);
exitOnSignal(() => app.close());
await app.listen(config.port, config.host);
logger.info({ port: config.port }, 'listening');
