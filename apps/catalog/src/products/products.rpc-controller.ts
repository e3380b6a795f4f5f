import {
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
import { ProductsService } from './products.service.js';

@Controller()
export class ProductsRpcController {
  constructor(private readonly products: ProductsService) {}

  @Rpc(createProduct)
  create(@Payload() request: RequestOf<typeof createProduct>): Promise<Reply<Product>> {
    return this.products.create(request);
  }

  @Rpc(changeProduct)
  change(@Payload() request: RequestOf<typeof changeProduct>): Promise<Reply<Product>> {
    return this.products.change(request);
  }

  @Rpc(getProduct)
  get(@Payload() { sku }: RequestOf<typeof getProduct>): Promise<Reply<Product>> {
    return this.products.get(sku);
  }

  @Rpc(listProducts)
  list(@Payload() filter: RequestOf<typeof listProducts>): Promise<Reply<Page<Product>>> {
    return this.products.list(filter);
  }
}
