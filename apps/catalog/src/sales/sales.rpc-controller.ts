import {
  changeSale,
  createSale,
  getSale,
  listSales,
  type Page,
  type Reply,
  type RequestOf,
  type Sale,
} from '@doorbuster/contracts';
import { Rpc } from '@doorbuster/service';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { SalesService } from './sales.service.js';

@Controller()
export class SalesRpcController {
  constructor(private readonly sales: SalesService) {}

  @Rpc(createSale)
  create(@Payload() request: RequestOf<typeof createSale>): Promise<Reply<Sale>> {
    return this.sales.create(request);
  }

  @Rpc(changeSale)
  change(@Payload() request: RequestOf<typeof changeSale>): Promise<Reply<Sale>> {
    return this.sales.change(request);
  }

  @Rpc(getSale)
  get(@Payload() { id }: RequestOf<typeof getSale>): Promise<Reply<Sale>> {
    return this.sales.get(id);
  }

  @Rpc(listSales)
  list(@Payload() filter: RequestOf<typeof listSales>): Promise<Reply<Page<Sale>>> {
    return this.sales.list(filter);
  }
}
