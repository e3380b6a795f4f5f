import { z } from 'zod';
import { changeTerms } from '../actor.js';
import { change, rpc } from '../rpc.js';
import { text } from '../values.js';

/** Of an upload. */
export const IMAGE_UPLOAD_BYTES_MAX = 8 * 1024 ** 2;
/** Bytes in one message: of a part of an upload, and of a stored file. As base64 they fit into NATS' default of 1 MB. */
export const IMAGE_PART_BYTES_MAX = 512 * 1024;
export const IMAGE_TYPES = ['image/png', 'image/jpeg', 'image/webp'] as const;
export const PRODUCT_IMAGES_MAX = 10;
/** The bucket of JetStream's object store. Its stream has this name after `OBJ_`. */
export const IMAGE_BUCKET = 'product-images';

const IMAGE_ID = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
const IMAGE_URL = '/v1/images/60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752.webp';

export const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hexadecimal');

const pixels = z.int().min(1);
const imageSource = z
  .object({
    url: z.string().meta({
      description: 'Path of the bytes at this gateway. They never change, so cache them for ever.',
      examples: [IMAGE_URL],
    }),
    width: pixels.meta({ examples: [800] }),
    height: pixels.meta({ examples: [800] }),
  })
  .meta({ id: 'ImageSource' });

export const productImage = imageSource
  .extend({
    id: sha256.meta({ description: 'SHA-256 of the uploaded file', examples: [IMAGE_ID] }),
    alt: z.string().meta({
      description: 'For those who do not see the image',
      examples: ['Black T-shirt with a small red door'],
    }),
    sources: z.array(imageSource).meta({
      description: 'All widths, narrow to wide, for `srcset`',
      examples: [[{ url: IMAGE_URL, width: 800, height: 800 }]],
    }),
  })
  .meta({ id: 'ProductImage', description: 'A WebP; `url` is for ordinary screens' });
export type ProductImage = z.infer<typeof productImage>;

export const imageAlt = text.trim().max(300);

/** Stores a part of an upload. Parts of an upload that is not used within minutes are deleted. */
export const putImagePart = change(
  'catalog',
  'put-image-part',
  'admin',
  z.object({
    ...changeTerms,
    uploadId: z.uuid(),
    index: z
      .int()
      .min(0)
      .max(IMAGE_UPLOAD_BYTES_MAX / IMAGE_PART_BYTES_MAX - 1),
    content: z.base64().max((IMAGE_PART_BYTES_MAX / 3 + 1) * 4),
  }),
  z.object({}),
);

/** The bytes of a WebP, in base64. */
export const getImage = rpc('catalog', 'get-image', z.object({ sha256 }), z.object({ content: z.base64() }));
