import { createHash } from 'node:crypto';
import { IMAGE_PART_BYTES_MAX, refuse, type Reply } from '@doorbuster/contracts';
import { Batcher } from '@doorbuster/messaging';
import { Injectable } from '@nestjs/common';
import sharp, { type OutputInfo } from 'sharp';
import { imageTypeOf, storedWidths, type ImageFile } from './domain/image.js';

export interface RenderedFile extends ImageFile {
  content: Buffer;
}

/** A decoded pixel takes up to four bytes. */
const PIXELS_MAX = 25_000_000;
/** Of decoding, and of encoding one width. */
const TIMEOUT_SECONDS = 10;
/** One at a time, so that the memory of one image is the most that is used. */
const CONCURRENCY = 1;
const QUEUE_MAX = 8;
/** Lowered until the file fits into a message. */
const QUALITIES = [80, 60, 40] as const;
const LARGEST = { width: 1_600, height: 4_800 } as const;

// Images are rendered once: a cache of decoded ones would only hold memory. One thread leaves the other cores to customers.
sharp.cache(false);
sharp.concurrency(1);
// The decoders of other formats are not reachable, whatever a file contains.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['VipsForeignLoadPngBuffer', 'VipsForeignLoadJpegBuffer', 'VipsForeignLoadWebpBuffer'],
});

/** Turns an uploaded file into WebPs without metadata. What it cannot decode it refuses. */
@Injectable()
export class ImageRenderer {
  private readonly queue = new Batcher<Buffer, Reply<RenderedFile[]>>(
    async ([upload]) => [upload ? await render(upload) : invalid('It is empty.')],
    { batchMax: 1, queueMax: QUEUE_MAX, concurrency: CONCURRENCY },
  );

  /** @throws {QueueFullError} */
  render(upload: Buffer): Promise<Reply<RenderedFile[]>> {
    return this.queue.add(upload);
  }
}

async function render(upload: Buffer): Promise<Reply<RenderedFile[]>> {
  if (imageTypeOf(upload) === undefined) return invalid('It is not a PNG, JPEG or WebP.');
  try {
    // Reads the header only.
    const { width, height } = await sharp(upload, { limitInputPixels: false }).metadata();
    if (width * height > PIXELS_MAX) {
      return invalid(
        `It has ${width} x ${height} pixels; at most ${PIXELS_MAX / 1e6} megapixels are allowed.`,
      );
    }
    const picture = await decode(upload);
    const files: RenderedFile[] = [];
    for (const each of storedWidths(picture.info.width)) files.push(...(await rendition(picture, each)));
    return files.length > 0 ? { ok: true, value: files } : invalid('It cannot be made small enough.');
  } catch (error) {
    return invalid(`It cannot be decoded: ${firstLineOf(error)}.`);
  }
}

interface Picture {
  data: Buffer;
  info: OutputInfo;
}

/** Once for all widths: the pixels in sRGB, upright, in the largest stored size. */
const decode = (upload: Buffer): Promise<Picture> =>
  sharp(upload, { limitInputPixels: PIXELS_MAX, failOn: 'error' })
    .autoOrient()
    .resize({ ...LARGEST, fit: 'inside', withoutEnlargement: true })
    .raw()
    .timeout({ seconds: TIMEOUT_SECONDS })
    .toBuffer({ resolveWithObject: true });

/** @returns nothing when no quality makes it small enough */
async function rendition({ data: pixels, info: raw }: Picture, width: number): Promise<RenderedFile[]> {
  for (const quality of QUALITIES) {
    const { data, info } = await sharp(pixels, { raw })
      .resize({ width })
      .webp({ quality, effort: 3, smartSubsample: true })
      .timeout({ seconds: TIMEOUT_SECONDS })
      .toBuffer({ resolveWithObject: true });
    if (data.length > IMAGE_PART_BYTES_MAX) continue;
    const sha256 = createHash('sha256').update(data).digest('hex');
    return [{ sha256, width: info.width, height: info.height, content: data }];
  }
  return [];
}

const invalid = (detail: string): Reply<never> => refuse('INVALID_IMAGE', detail);

const firstLineOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]?.replace(/\.$/, '') ?? '';
