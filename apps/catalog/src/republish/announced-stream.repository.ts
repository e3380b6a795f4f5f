import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AnnouncedStreamEntity } from './announced-stream.entity.js';

@Injectable()
export class AnnouncedStreamRepository {
  /** @returns the creation time of the stream that has all products and sales */
  async find(tx: EntityManager): Promise<string | undefined> {
    return (await tx.findOneBy(AnnouncedStreamEntity, { isOnly: true }))?.created;
  }

  async save(tx: EntityManager, created: string): Promise<void> {
    await tx.upsert(AnnouncedStreamEntity, { isOnly: true, created }, ['isOnly']);
  }
}
