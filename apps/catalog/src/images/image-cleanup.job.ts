import type { ObjectStore } from '@doorbuster/object-store';
import { LOGGER, PollingJob } from '@doorbuster/service';
import type { Logger } from '@doorbuster/telemetry';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ImageFilesRepository } from './image-files.repository.js';
import { IMAGE_STORE } from './image-store.js';

const INTERVAL_MS = 60_000;
const BATCH_MAX = 100;

/** Deletes files that no product uses, and parts of uploads that were not finished. Any replica may run it. */
@Injectable()
export class ImageCleanupJob implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly job: PollingJob;

  constructor(
    private readonly dataSource: DataSource,
    private readonly files: ImageFilesRepository,
    @Inject(IMAGE_STORE) private readonly store: ObjectStore,
    @Inject(LOGGER) logger: Logger,
  ) {
    const sweep = (): Promise<boolean> => this.sweep();
    this.job = new PollingJob({ what: 'unused images', intervalMs: INTERVAL_MS, sweep, logger });
  }

  onApplicationBootstrap(): void {
    this.job.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.job.stop();
  }

  /** @returns whether there is more to delete */
  async sweep(): Promise<boolean> {
    const { manager } = this.dataSource;
    await this.files.deleteOldParts(manager);
    const unused = await this.files.findUnused(manager, BATCH_MAX);
    for (const sha256 of unused) await this.deleteFile(sha256);
    return unused.length === BATCH_MAX;
  }

  /** With the row locked, so that an upload of the same file stores it after this has deleted it. */
  private deleteFile(sha256: string): Promise<void> {
    return this.dataSource.transaction(async (tx) => {
      if (!(await this.files.lockUnused(tx, sha256))) return;
      await this.store.delete(sha256);
      await this.files.delete(tx, sha256);
    });
  }
}
