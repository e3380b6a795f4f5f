import { connectNats, StreamProvisioner, watchConnection } from '@doorbuster/broker';
import {
  awaitNats,
  exitOnSignal,
  exitOnStartError,
  readConfigOrExit,
  refuseUnknownArguments,
  serveHealth,
  SHUTDOWN_MS,
} from '@doorbuster/service/process';
import { createLogger, outageReporter } from '@doorbuster/telemetry';
import { provisionerConfig } from './provisioner.config.js';

/** Keeps all streams and consumers in place. With the argument `once` it creates them and exits. */
const once = process.argv[2] === 'once';
refuseUnknownArguments(['once']);
const config = readConfigOrExit(provisionerConfig);
const logger = createLogger('provisioner', config.LOG_LEVEL);
let close = async (): Promise<void> => undefined;
// Before the start, which may wait for a broker: the first process of a container ignores signals without a handler.
if (!once) exitOnSignal(() => close(), SHUTDOWN_MS.service);

const connecting = connectNats(config.NATS_URL, 'provisioner', config.NATS_CA_FILE);
const nc = await awaitNats(connecting, config.NATS_URL, logger).catch(exitOnStartError);
void watchConnection(nc, outageReporter(logger, 'NATS'));
const provisioner = new StreamProvisioner(nc, { replicas: config.NATS_STREAM_REPLICAS }, logger);
close = async () => {
  await nc.close();
  await provisioner.close();
};
await provisioner.start();
logger.info('all streams and consumers are there');
if (once) await close();
// Ready only after everything was created once. Dependent processes wait for that.
else await serveHealth(config.PORT, async () => ({ nats: (await provisioner.isDone()) ? 'up' : 'down' }));
