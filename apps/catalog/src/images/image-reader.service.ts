import { accept, refuse, type getImage, type Reply, type ResponseOf } from '@doorbuster/contracts';
import { collect, type ObjectStore } from '@doorbuster/object-store';
import { LOGGER } from '@doorbuster/service';
import type { Logger } from '@doorbuster/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ImageFilesRepository } from './image-files.repository.js';
import { IMAGE_STORE } from './image-store.js';

/** Reads the files that products use: from the object store, and what that has lost from the database. */
@Injectable()
export class ImageReaderService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly files: ImageFilesRepository,
    @Inject(IMAGE_STORE) private readonly store: ObjectStore,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async read(sha256: string): Promise<Reply<ResponseOf<typeof getImage>>> {
    if (!(await this.files.isUsed(this.dataSource.manager, sha256))) return notFound();
    const content = (await this.fromStore(sha256)) ?? (await this.fromDatabase(sha256));
    if (!content) {
      this.logger.error({ sha256 }, 'the object store has lost an image; upload it again');
      return notFound();
    }
    return accept({ content: content.toString('base64') });
  }

  /** @returns `undefined` when the store has no such object, or fails */
  private async fromStore(sha256: string): Promise<Buffer | undefined> {
    try {
      const stream = await this.store.get(sha256);
      return stream && (await collect(sha256, stream));
    } catch (err) {
      this.logger.warn({ err, sha256 }, 'cannot read an image from the object store, trying the database');
      return undefined;
    }
  }

  /** Puts the file back into the store, so that the next read finds it there. */
  private async fromDatabase(sha256: string): Promise<Buffer | undefined> {
    const content = await this.files.content(this.dataSource.manager, sha256);
    if (!content) return undefined;
    try {
      await this.store.put(sha256, content, 'image/webp');
    } catch (err) {
      this.logger.warn({ err, sha256 }, 'cannot put an image into the object store');
    }
    return content;
  }
}

const notFound = (): Reply<never> => refuse('IMAGE_NOT_FOUND', 'There is no such image.');
