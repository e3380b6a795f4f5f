import {
  accept,
  changeSale,
  createSale,
  getSale,
  listSales,
  refuse,
  type Page,
  type Reply,
  type RequestOf,
  type Sale,
} from '@doorbuster/contracts';
import { Rpc } from '@doorbuster/service';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { DataSource } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { toSale } from './domain/sale.js';
import { findSale, listSales as findSales } from './sales.repository.js';
import { SalesService, saleNotFound } from './sales.service.js';

@Controller()
export class SalesRpcController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: SalesService,
  ) {}

  @Rpc(createSale)
  create(@Payload() request: RequestOf<typeof createSale>): Promise<Reply<Sale>> {
    return this.changes.create(request);
  }

  @Rpc(changeSale)
  change(@Payload() request: RequestOf<typeof changeSale>): Promise<Reply<Sale>> {
    return this.changes.change(request);
  }

  @Rpc(getSale)
  async get(@Payload() { id }: RequestOf<typeof getSale>): Promise<Reply<Sale>> {
    const sale = await findSale(this.dataSource.manager, id);
    return sale ? accept(toSale(sale)) : saleNotFound(id);
  }

  @Rpc(listSales)
  async list(@Payload() filter: RequestOf<typeof listSales>): Promise<Reply<Page<Sale>>> {
    const { limit, cursor } = filter;
    if (cursor !== undefined && !isUuid(cursor)) {
      return refuse('VALIDATION_FAILED', 'cursor: take it from nextCursor as it is');
    }
    const found = await findSales(this.dataSource.manager, filter, limit + 1);
    const items = found.slice(0, limit).map(toSale);
    return accept({ items, nextCursor: found.length > limit ? (items.at(-1)?.id ?? null) : null });
  }
}
