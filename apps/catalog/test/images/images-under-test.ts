import { createHash, randomUUID } from 'node:crypto';
import {
  addProductImage,
  getImage,
  IMAGE_PART_BYTES_MAX,
  putImagePart,
  removeProductImage,
  type Reply,
  type VersionedProduct,
} from '@doorbuster/contracts';
import { ADMIN, valueOf } from '@doorbuster/service/testing';
import sharp from 'sharp';
import type { CatalogUnderTest } from '../catalog-under-test.js';

/** A picture of this size, with a colour of its own. */
export const picture = (width: number, height: number, format: 'png' | 'jpeg' | 'webp' = 'png', hue = 0) =>
  sharp({ create: { width, height, channels: 3, background: `hsl(${hue}, 60%, 50%)` } })
    .toFormat(format)
    .toBuffer();

export const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** Sends a file in parts, as the gateway does. */
export async function upload(
  catalog: CatalogUnderTest,
  sku: string,
  content: Buffer,
  more: { alt?: string; ifVersions?: number[]; sha256?: string } = {},
): Promise<Reply<VersionedProduct>> {
  const uploadId = randomUUID();
  for (let index = 0; index * IMAGE_PART_BYTES_MAX < content.length; index += 1) {
    const part = content.subarray(index * IMAGE_PART_BYTES_MAX, (index + 1) * IMAGE_PART_BYTES_MAX);
    valueOf(
      await catalog.call(putImagePart, { actor: ADMIN, uploadId, index, content: part.toString('base64') }),
    );
  }
  return catalog.call(addProductImage, { actor: ADMIN, sku, uploadId, sha256: sha256Of(content), ...more });
}

export const remove = (catalog: CatalogUnderTest, sku: string, imageId: string) =>
  catalog.call(removeProductImage, { actor: ADMIN, sku, imageId });

/** The bytes at the address of an image; `undefined` when there are none. */
export async function read(catalog: CatalogUnderTest, url: string): Promise<Buffer | undefined> {
  const sha256 = /^\/v1\/images\/([0-9a-f]{64})\.webp$/.exec(url)?.[1] ?? '';
  const reply = await catalog.call(getImage, { sha256 });
  return reply.ok ? Buffer.from(reply.value.content, 'base64') : undefined;
}
