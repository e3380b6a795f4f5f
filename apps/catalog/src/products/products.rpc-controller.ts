import {
  accept,
  changeProduct,
  createProduct,
  getProduct,
  listProducts,
  type Page,
  type Product,
  type Reply,
  type RequestOf,
} from '@doorbuster/contracts';
import { Rpc } from '@doorbuster/service';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { DataSource } from 'typeorm';
import { ProductCache } from './cache/product-cache.js';
import { toProduct } from './domain/product.js';
import { findProduct } from './products.repository.js';
import { notFound, ProductsService } from './products.service.js';
import { ProductList } from './product-list.js';

@Controller()
export class ProductsRpcController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly cache: ProductCache,
    private readonly changes: ProductsService,
    private readonly products: ProductList,
  ) {}

  @Rpc(createProduct)
  create(@Payload() { actor, commitBy, ...body }: RequestOf<typeof createProduct>): Promise<Reply<Product>> {
    return this.changes.create(actor, body, commitBy);
  }

  @Rpc(changeProduct)
  change(@Payload() request: RequestOf<typeof changeProduct>): Promise<Reply<Product>> {
    return this.changes.change(request);
  }

  @Rpc(getProduct)
  async get(@Payload() { sku }: RequestOf<typeof getProduct>): Promise<Reply<Product>> {
    const product = await this.cache.read(sku, async () => {
      const record = await findProduct(this.dataSource.manager, sku);
      return record ? toProduct(record) : undefined;
    });
    return product ? accept(product) : notFound(sku);
  }

  @Rpc(listProducts)
  list(@Payload() filter: RequestOf<typeof listProducts>): Promise<Reply<Page<Product>>> {
    return this.products.page(filter);
  }
}
