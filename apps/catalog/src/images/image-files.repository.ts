import { Injectable } from '@nestjs/common';
import { In, IsNull, type EntityManager } from 'typeorm';
import { ImageFileEntity } from './image-file.entity.js';
import {
  DELETE_OLD_PARTS,
  FIND_UNUSED,
  LOCK_FILES,
  LOCK_UNUSED,
  MARK_UNUSED,
  RESERVE_FILES,
} from './image-files.sql.js';
import type { RenderedFile } from './image-renderer.js';
import { ImageUploadPartEntity } from './image-upload-part.entity.js';

@Injectable()
export class ImageFilesRepository {
  async isUsed(tx: EntityManager, sha256: string): Promise<boolean> {
    return tx.existsBy(ImageFileEntity, { sha256, unusedSince: IsNull() });
  }

  async content(tx: EntityManager, sha256: string): Promise<Buffer | undefined> {
    const file = await tx.findOne(ImageFileEntity, { where: { sha256 }, select: { content: true } });
    return file?.content ?? undefined;
  }

  /** Rows for files that no product uses yet. The cleanup leaves them alone for some minutes. */
  async reserve(tx: EntityManager, files: readonly RenderedFile[], storesContent: boolean): Promise<void> {
    // In one order, so that concurrent uploads do not deadlock.
    const sorted = files.toSorted((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
    await tx.query(RESERVE_FILES, [
      sorted.map(({ sha256 }) => sha256),
      sorted.map(({ content }) => (storesContent ? content : null)),
    ]);
  }

  async markUsed(tx: EntityManager, sha256s: readonly string[]): Promise<void> {
    await tx.update(ImageFileEntity, { sha256: In([...sha256s]) }, { unusedSince: null });
  }

  /** Marks those of the files that no product uses. */
  async markUnused(tx: EntityManager, sha256s: readonly string[]): Promise<void> {
    await tx.query(LOCK_FILES, [sha256s]);
    await tx.query(MARK_UNUSED, [sha256s]);
  }

  async findUnused(tx: EntityManager, limit: number): Promise<string[]> {
    const rows: { sha256: string }[] = await tx.query(FIND_UNUSED, [limit]);
    return rows.map(({ sha256 }) => sha256);
  }

  /** Locks a file that is still unused. An upload of the same file waits for the end of the transaction. */
  async lockUnused(tx: EntityManager, sha256: string): Promise<boolean> {
    const rows: unknown[] = await tx.query(LOCK_UNUSED, [sha256]);
    return rows.length > 0;
  }

  async delete(tx: EntityManager, sha256: string): Promise<void> {
    await tx.delete(ImageFileEntity, { sha256 });
  }

  /** Storing the same part again changes nothing. */
  async savePart(
    tx: EntityManager,
    part: Pick<ImageUploadPartEntity, 'uploadId' | 'index' | 'content'>,
  ): Promise<void> {
    await tx.createQueryBuilder().insert().into(ImageUploadPartEntity).values(part).orIgnore().execute();
  }

  async upload(tx: EntityManager, uploadId: string): Promise<Buffer> {
    const parts = await tx.find(ImageUploadPartEntity, { where: { uploadId }, order: { index: 'ASC' } });
    return Buffer.concat(parts.map(({ content }) => content));
  }

  async deleteUpload(tx: EntityManager, uploadId: string): Promise<void> {
    await tx.delete(ImageUploadPartEntity, { uploadId });
  }

  async deleteOldParts(tx: EntityManager): Promise<void> {
    await tx.query(DELETE_OLD_PARTS);
  }
}
