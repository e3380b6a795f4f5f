import { IMAGE_TYPES, product, sha256, sku } from '@doorbuster/contracts';
import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { bearer, ifMatch } from '../docs/requests.js';
import { CLOSED, empty, json, other, problems, UNAVAILABLE } from '../docs/responses.js';
import { uploadQuery } from './product-images.controller.js';

const tags = ['Products'];
const etag = { ETag: z.string().meta({ description: 'Send it back as `If-None-Match`, or as `If-Match`' }) };
const location = { Location: z.string().meta({ description: 'Path of the image' }) };
const bytes = { schema: { type: 'string', format: 'binary' } } as const;

export const imagesPaths: ZodOpenApiPathsObject = {
  '/v1/products/{sku}/images': {
    post: {
      tags,
      summary: 'Add an image to a product',
      description:
        'The body is the file itself: at most 8 MiB and 25 megapixels. Its bytes decide what it is. It is stored as WebP in up to three widths, without metadata. The same file again changes only its text.',
      security: bearer,
      requestParams: { path: z.object({ sku }), query: uploadQuery, header: ifMatch },
      requestBody: { required: true, content: Object.fromEntries(IMAGE_TYPES.map((type) => [type, bytes])) },
      responses: {
        '201': json(product, 'Added', { ...etag, ...location }),
        ...problems(
          'VALIDATION_FAILED',
          'PRODUCT_NOT_FOUND',
          'IMAGE_LIMIT',
          'INVALID_IMAGE',
          'PRECONDITION_FAILED',
          'UNSUPPORTED_MEDIA_TYPE',
          'PAYLOAD_TOO_LARGE',
          'SERVICE_OVERLOADED',
          ...CLOSED,
        ),
      },
    },
  },
  '/v1/products/{sku}/images/{imageId}': {
    delete: {
      tags,
      summary: 'Remove an image from a product',
      description:
        'Caches outside of the platform may keep its files; gateways forget them within 10 minutes.',
      security: bearer,
      requestParams: {
        path: z.object({
          sku,
          imageId: sha256.meta({
            examples: ['9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'],
          }),
        }),
        header: ifMatch,
      },
      responses: {
        '200': json(product, 'Removed', etag),
        ...problems(
          'VALIDATION_FAILED',
          'PRODUCT_NOT_FOUND',
          'IMAGE_NOT_FOUND',
          'PRECONDITION_FAILED',
          ...CLOSED,
        ),
      },
    },
  },
  '/v1/images/{file}': {
    get: {
      tags,
      summary: 'Read the bytes of an image',
      description: 'Take the address from `images` of a product. The bytes at an address never change.',
      requestParams: {
        path: z.object({
          file: z.string().meta({
            description: 'SHA-256 of the bytes, and `.webp`',
            examples: ['60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752.webp'],
          }),
        }),
      },
      responses: {
        '200': other('image/webp', 'The image, to be cached for ever'),
        '304': empty('Not changed', etag),
        ...problems('IMAGE_NOT_FOUND', 'SERVICE_OVERLOADED', ...UNAVAILABLE),
      },
    },
  },
};
