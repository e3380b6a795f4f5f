import { createHash, randomUUID } from 'node:crypto';
import {
  addProductImage,
  IMAGE_PART_BYTES_MAX,
  putImagePart,
  type Actor,
  type ProductImage,
  type VersionedProduct,
} from '@doorbuster/contracts';
import { Injectable } from '@nestjs/common';
import { Changes } from '../rpc/changes.js';

/** Catalog decodes one image at a time, and others may wait before it. */
const ANSWER_MS = 20_000;

export interface ImageUpload {
  actor: Actor;
  sku: string;
  ifVersions: number[] | undefined;
  alt: string | undefined;
  content: Buffer;
}

/** Sends a file to catalog in parts that fit into messages. */
@Injectable()
export class ImageUploader {
  constructor(private readonly changes: Changes) {}

  /** @throws {ProblemException} catalog's refusal, SERVICE_UNAVAILABLE or SERVICE_TIMEOUT */
  async upload({
    content,
    ...request
  }: ImageUpload): Promise<{ product: VersionedProduct; image: ProductImage | undefined }> {
    const { actor } = request;
    const uploadId = randomUUID();
    // One after the other, so that an upload takes the memory of one part.
    for (let index = 0; index * IMAGE_PART_BYTES_MAX < content.length; index += 1) {
      const part = content.subarray(index * IMAGE_PART_BYTES_MAX, (index + 1) * IMAGE_PART_BYTES_MAX);
      await this.changes.make(putImagePart, { actor, uploadId, index, content: part.toString('base64') });
    }
    const sha256 = createHash('sha256').update(content).digest('hex');
    const product = await this.changes.make(addProductImage, { ...request, uploadId, sha256 }, ANSWER_MS);
    return { product, image: product.images?.find(({ id }) => id === sha256) };
  }
}
