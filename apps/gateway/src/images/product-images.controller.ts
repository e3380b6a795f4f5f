import { imageAlt, removeProductImage, sha256, type Actor, type Product } from '@doorbuster/contracts';
import { Body, Controller, Delete, Headers, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Allow, Caller } from '../edge/identity.js';
import { SKU } from '../edge/request-input.js';
import { invalidFields, ProblemException } from '../problem/problem.exception.js';
import { publicProduct } from '../products/availability-reader.js';
import { versionsIn, versionTag } from '../products/conditional-requests.js';
import { Changes } from '../rpc/changes.js';
import { ImageUploader } from './image-uploader.js';

export const uploadQuery = z.strictObject({
  alt: imageAlt
    .optional()
    .meta({ description: 'For those who do not see the image; without it, the name of the product' }),
});
type UploadQuery = z.infer<typeof uploadQuery>;

@Controller('v1/products/:sku/images')
@Allow('admin')
export class ProductImagesController {
  constructor(
    private readonly uploader: ImageUploader,
    private readonly changes: Changes,
  ) {}

  @Post()
  async add(
    @Caller() actor: Actor,
    @Param('sku', SKU) sku: string,
    @Query({ schema: uploadQuery }) { alt }: UploadQuery,
    @Headers('if-match') ifMatch: string | undefined,
    @Body() content: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Product> {
    if (!Buffer.isBuffer(content) || content.length === 0) {
      throw invalidFields([{ path: '', message: 'must be the bytes of the image' }]);
    }
    const ifVersions = versionsIn(ifMatch);
    const { product, image } = await this.uploader.upload({ actor, sku, ifVersions, alt, content });
    void reply.headers({ ...(image && { location: image.url }), ...versionTag(product) });
    return publicProduct(product);
  }

  @Delete(':imageId')
  async remove(
    @Caller() actor: Actor,
    @Param('sku', SKU) sku: string,
    @Param('imageId') imageId: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Product> {
    if (!sha256.safeParse(imageId).success) {
      throw new ProblemException('IMAGE_NOT_FOUND', 'There is no such image.');
    }
    const ifVersions = versionsIn(ifMatch);
    const product = await this.changes.make(removeProductImage, { actor, sku, ifVersions, imageId });
    void reply.headers(versionTag(product));
    return publicProduct(product);
  }
}
