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
import { findStock, findUnitsLeft } from '../persistence/stock.repository.js';
import { Adjustments } from './adjustments.js';
import { StockArrivals } from './stock-arrivals.js';

@Controller()
export class StockController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly arrivals: StockArrivals,
    private readonly adjustments: Adjustments,
  ) {}

  @Rpc(getStock)
  async get(@Payload() { sku }: RequestOf<typeof getStock>): Promise<Reply<StockLevels>> {
    const levels = await this.arrivals.find(sku);
    return levels ? accept(levels) : notFound(sku);
  }

  @Rpc(getStockLevels)
  async getLevels(@Payload() { skus }: RequestOf<typeof getStockLevels>): Promise<Reply<StockLevels[]>> {
    return accept(await findStock(this.dataSource.manager, skus));
  }

  @Rpc(getUnitsLeft)
  async getUnitsLeft(
    @Payload() { saleIds }: RequestOf<typeof getUnitsLeft>,
  ): Promise<Reply<ResponseOf<typeof getUnitsLeft>>> {
    return accept(await findUnitsLeft(this.dataSource.manager, saleIds));
  }

  @Rpc(adjustStock)
  async adjust(@Payload() request: RequestOf<typeof adjustStock>): Promise<Reply<StockLevels>> {
    const isKnown = await this.arrivals.find(request.sku);
    return isKnown ? this.adjustments.adjust(request) : notFound(request.sku);
  }
}

const notFound = (sku: string): Reply<never> => refuse('PRODUCT_NOT_FOUND', `There is no product ${sku}.`);
