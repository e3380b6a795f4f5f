import {
  changeProduct,
  changeProductBody,
  createProduct,
  createProductBody,
  listProducts,
  productFilter,
  type Actor,
  type ChangeProductBody,
  type CreateProductBody,
  type Product,
  type ProductFilter,
  type ProductPage,
} from '@doorbuster/contracts';
import { Body, Controller, Get, Headers, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Allow, Caller } from '../edge/identity.js';
import { Changes } from '../rpc/changes.js';
import { RpcClient } from '../rpc/rpc-client.js';
import { SKU } from '../edge/request-input.js';
import { AvailabilityReader, publicProduct } from './availability-reader.js';
import { sendConditionally, versionsIn, versionTag } from './conditional-requests.js';
import { ProductViews } from './product-views.js';

@Controller('v1/products')
@Allow('admin')
export class ProductsController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly changes: Changes,
    private readonly views: ProductViews,
    private readonly availability: AvailabilityReader,
  ) {}

  @Get()
  @Allow('anyone')
  async list(@Query({ schema: productFilter }) filter: ProductFilter): Promise<ProductPage> {
    const { items, nextCursor, facets } = await this.rpc.call(listProducts, filter);
    return { items: await this.availability.addTo(items), nextCursor, ...(facets && { facets }) };
  }

  @Get(':sku')
  @Allow('anyone')
  async get(
    @Param('sku', SKU) sku: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string | undefined> {
    return sendConditionally(request, reply, await this.views.of(sku));
  }

  @Post()
  async create(
    @Caller() actor: Actor,
    @Body({ schema: createProductBody }) body: CreateProductBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Product> {
    const product = await this.changes.make(createProduct, { ...body, actor });
    const headers = { location: `/v1/products/${product.sku}`, ...versionTag(product) };
    void reply.headers(headers);
    return publicProduct(product);
  }

  @Patch(':sku')
  async change(
    @Caller() actor: Actor,
    @Param('sku', SKU) sku: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Body({ schema: changeProductBody }) changes: ChangeProductBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Product> {
    const ifVersions = versionsIn(ifMatch);
    const product = await this.changes.make(changeProduct, { actor, sku, ifVersions, changes });
    void reply.headers(versionTag(product));
    return publicProduct(product);
  }
}
