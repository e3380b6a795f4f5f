import { listCategories, type CategoryList } from '@doorbuster/contracts';
import { Controller, Get } from '@nestjs/common';
import { Allow } from '../edge/identity.js';
import { RpcClient } from '../rpc/rpc-client.js';

@Controller('v1/categories')
export class CategoriesController {
  constructor(private readonly rpc: RpcClient) {}

  @Get()
  @Allow('anyone')
  list(): Promise<CategoryList> {
    return this.rpc.call(listCategories, {});
  }
}
