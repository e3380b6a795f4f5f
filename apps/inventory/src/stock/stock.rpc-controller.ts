import {
  accept,
  adjustStock,
  getStock,
  getStockLevels,
  getUnitsLeft,
  refuse,
  type Reply,
  type RequestOf,
  type ResponseOf,
  type StockLevels,
} from '@doorbuster/contracts';
import { Rpc } from '@doorbuster/service';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { DataSource } from 'typeorm';
import { AdjustmentsService } from './adjustments.service.js';
import { StockReader } from './stock-reader.js';
import { StockRepository } from './stock.repository.js';

@Controller()
export class StockRpcController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly stock: StockRepository,
    private readonly reader: StockReader,
    private readonly adjustments: AdjustmentsService,
  ) {}

  @Rpc(getStock)
  async get(@Payload() { sku }: RequestOf<typeof getStock>): Promise<Reply<StockLevels>> {
    const levels = await this.reader.find(sku);
    return levels ? accept(levels) : notFound(sku);
  }

  @Rpc(getStockLevels)
  async getLevels(@Payload() { skus }: RequestOf<typeof getStockLevels>): Promise<Reply<StockLevels[]>> {
    return accept(await this.stock.findLevels(this.dataSource.manager, skus));
  }

  @Rpc(getUnitsLeft)
  async getUnitsLeft(
    @Payload() { saleIds }: RequestOf<typeof getUnitsLeft>,
  ): Promise<Reply<ResponseOf<typeof getUnitsLeft>>> {
    return accept(await this.stock.findUnitsLeft(this.dataSource.manager, saleIds));
  }

  @Rpc(adjustStock)
  async adjust(@Payload() request: RequestOf<typeof adjustStock>): Promise<Reply<StockLevels>> {
    const levels = await this.reader.find(request.sku);
    return levels ? this.adjustments.adjust(request) : notFound(request.sku);
  }
}

const notFound = (sku: string): Reply<never> => refuse('PRODUCT_NOT_FOUND', `There is no product ${sku}.`);
