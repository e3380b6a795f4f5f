import { connectNats, StreamProvisioner, watchConnection } from '@doorbuster/broker';
import { withTimeout } from '@doorbuster/service/process';
import { outageReporter, type Logger } from '@doorbuster/telemetry';
import type { Broker } from './nats.js';

const START_DEADLINE_MS = 60_000;

interface Settings {
  /** Copies of each stream. */
  replicas: number;
  caFile: string | undefined;
  logger: Logger;
}

/** Creates all streams and consumers as the user `provisioner`, and keeps them. */
export interface Provisioning {
  /** @throws when the streams do not exist after a minute */
  start(): Promise<void>;
  end(): Promise<void>;
}

/** Runs in the platform's process: a process of its own would take 40 MB for a check every 15 s. */
export function provisionStreams(
  { natsUrl }: Pick<Broker, 'natsUrl'>,
  { replicas, caFile, logger }: Settings,
): Provisioning {
  let end = async (): Promise<void> => undefined;
  const start = async (): Promise<void> => {
    const nc = await connectNats(natsUrl('provisioner'), 'provisioner', caFile);
    void watchConnection(nc, outageReporter(logger, 'NATS'));
    const provisioner = new StreamProvisioner(nc, { replicas }, logger);
    end = async () => {
      await nc.close();
      await provisioner.close();
    };
    await provisioner.start();
  };
  return {
    async start() {
      if ((await withTimeout(start(), START_DEADLINE_MS)) === 'done') return;
      throw new Error(
        `the broker has no streams after ${START_DEADLINE_MS / 1_000} s; see the warnings above, and whether NATS_URL names a user that may make them`,
      );
    },
    end: () => end(),
  };
}
