import type { ProductImage } from '@doorbuster/contracts';

/** A stored rendition of an image: the WebP of this width, addressed by the hash of its bytes. */
export interface ImageFile {
  sha256: string;
  width: number;
  height: number;
}

/** An image in the row of its product. */
export interface ImageRecord {
  /** SHA-256 of the uploaded file. */
  id: string;
  alt: string;
  /** Narrow to wide. */
  files: ImageFile[];
}

/** Widths that images are stored in: a phone's list, a phone's page or a list on a large screen, a page on a large screen. */
const WIDTHS = [400, 800, 1_600] as const;
/** The width for clients that do not choose one. */
const ORDINARY_WIDTH = 800;

/** An image is not enlarged: a narrower one is stored in its own width. */
export const storedWidths = (width: number): number[] => [
  ...new Set(WIDTHS.map((stored) => Math.min(stored, width))),
];

const addressOf = (sha256: string): string => `/v1/images/${sha256}.webp`;

/** The image in RPC replies, events and the REST API. */
export function toProductImage({ id, alt, files }: ImageRecord): ProductImage {
  const sources = files.map(({ sha256, width, height }) => ({ url: addressOf(sha256), width, height }));
  const ordinary = sources.findLast(({ width }) => width <= ORDINARY_WIDTH) ?? sources[0];
  if (!ordinary) throw new Error(`the image ${id} has no file`);
  return { ...ordinary, id, alt, sources };
}

type ImageType = 'image/png' | 'image/jpeg' | 'image/webp';

/** The type by the first bytes, whatever the sender calls it; `undefined` for all others. */
export function imageTypeOf(bytes: Buffer): ImageType | undefined {
  if (bytes.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])))
    return 'image/png';
  if (bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return 'image/jpeg';
  const [riff, webp] = [bytes.toString('latin1', 0, 4), bytes.toString('latin1', 8, 12)];
  return riff === 'RIFF' && webp === 'WEBP' ? 'image/webp' : undefined;
}
