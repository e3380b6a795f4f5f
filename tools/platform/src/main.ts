import {
  readConfigOrExit,
  refuseUnknownArguments,
  SHUTDOWN_MS,
  withoutEmpty,
} from '@doorbuster/service/process';
import { createLogger } from '@doorbuster/telemetry';
import { platformConfig } from './config.js';
import { Platform } from './platform.js';
import { collectGarbageSoon } from './services/collect-garbage.js';
import type { FirstOperatorAccount } from './services/first-operator.js';
import { onStopSignal } from './stop-signal.js';

const env = withoutEmpty(process.env);
refuseUnknownArguments([]);
const config = readConfigOrExit(platformConfig, env);
const logger = createLogger('platform', config.logLevel);
const say = (line: string): void => void process.stdout.write(`${line}\n`);
// The terminal may close first. An error of standard output must not prevent an orderly stop.
process.stdout.on('error', () => undefined);

const platform = openPlatform();
process.on('exit', () => platform.abandon());
if (env['FAULT_POINTS'])
  logger.warn(`FAULT_POINTS makes the services fail on purpose: ${env['FAULT_POINTS']}`);

function openPlatform(): Platform {
  const progress = (text: string): void => logger.info(text);
  try {
    return new Platform({ config, env, logger, progress, onDataDeleted, onFirstOperator });
  } catch (error) {
    tellFailedStart(error);
    process.exit(1);
  }
}

/** Printed once, and not logged: logs are collected. */
function onFirstOperator({ email, password }: FirstOperatorAccount): void {
  say(`operator ${email}  password ${password}  shown only now; log in with it on the shop's page`);
}

function onDataDeleted(directory: string): void {
  process.stderr.write(
    `${directory} was deleted while the platform runs. It stops, as nothing can be stored; the next start begins anew.\n`,
  );
  void stop(1);
}

function tellFailedStart(error: unknown): void {
  process.stderr.write(`The platform could not start: ${(error as Error).message}\n`);
}

let stopping: Promise<void> | undefined;
function stop(exitCode: number): Promise<void> {
  stopping ??= (async () => {
    setTimeout(() => process.exit(1), SHUTDOWN_MS.platform).unref();
    await platform.stop().catch((error: unknown) => logger.error({ err: error }, 'stopping failed'));
    process.exit(exitCode);
  })();
  return stopping;
}

onStopSignal({
  first(signal) {
    logger.info(`stopping because of ${signal}`);
    void stop(0);
  },
  again: () => process.exit(1),
});
process.on('uncaughtException', (error) => {
  logger.fatal({ err: error }, 'the platform has a defect and stops');
  void stop(1);
});

try {
  say(`starting ${platform.url}`);
  await platform.start();
  collectGarbageSoon();
  say(`ready ${platform.url}  open it in a browser: the shop`);
  if (platform.tracesUrl !== undefined) say(`traces ${platform.tracesUrl}`);
} catch (error) {
  if (stopping === undefined) {
    tellFailedStart(error);
    await stop(1);
  }
}
