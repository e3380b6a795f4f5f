import { LOGGER, PollingJob } from '@doorbuster/service';
import type { Logger } from '@doorbuster/telemetry';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { LoginThrottle } from '../throttle/login-throttle.js';
import { OidcRecords } from './oidc-records.repository.js';

const INTERVAL_MS = 5_000;
const BATCH_MAX = 500;

/** Deletes expired sessions, codes, tokens and attempts. It runs in every replica; rows are locked with skip locked. */
@Injectable()
export class ExpiredRowsJob implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly job: PollingJob;

  constructor(records: OidcRecords, throttle: LoginThrottle, @Inject(LOGGER) logger: Logger) {
    const sweep = async (): Promise<boolean> => {
      const deleted = [await records.deleteExpired(BATCH_MAX), await throttle.deleteExpired(BATCH_MAX)];
      return Math.max(...deleted) >= BATCH_MAX;
    };
    this.job = new PollingJob({ what: 'expired log in rows', intervalMs: INTERVAL_MS, sweep, logger });
  }

  onApplicationBootstrap(): void {
    this.job.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.job.stop();
  }
}
