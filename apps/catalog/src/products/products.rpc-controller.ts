import {
  changeProduct,
  createProduct,
  getProduct,
  listCategories,
  listProducts,
  type CategoryList,
  type VersionedProduct,
  type Reply,
  type RequestOf,
  type ResponseOf,
} from '@doorbuster/contracts';
import { Rpc } from '@doorbuster/service';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { ProductListsService } from './product-lists.service.js';
import { ProductsService } from './products.service.js';

@Controller()
export class ProductsRpcController {
  constructor(
    private readonly products: ProductsService,
    private readonly lists: ProductListsService,
  ) {}

  @Rpc(createProduct)
  create(@Payload() request: RequestOf<typeof createProduct>): Promise<Reply<VersionedProduct>> {
    return this.products.create(request);
  }

  @Rpc(changeProduct)
  change(@Payload() request: RequestOf<typeof changeProduct>): Promise<Reply<VersionedProduct>> {
    return this.products.change(request);
  }

  @Rpc(getProduct)
  get(@Payload() { sku }: RequestOf<typeof getProduct>): Promise<Reply<VersionedProduct>> {
    return this.products.get(sku);
  }

  @Rpc(listProducts)
  list(@Payload() filter: RequestOf<typeof listProducts>): Promise<Reply<ResponseOf<typeof listProducts>>> {
    return this.lists.list(filter);
  }

  @Rpc(listCategories)
  categories(): Promise<Reply<CategoryList>> {
    return this.lists.categories();
  }
}
