import {
  adjustmentBody,
  adjustStock,
  getStock,
  type Actor,
  type AdjustmentBody,
  type StockLevels,
} from '@doorbuster/contracts';
import { Body, Controller, Get, Param, Post } from '@nestjs/common';
import { Allow, Caller } from '../edge/identity.js';
import { Changes } from '../rpc/changes.js';
import { RpcClient } from '../rpc/rpc-client.js';
import { IdempotencyKey, SKU } from '../edge/request-input.js';

@Controller('v1/inventory')
@Allow('admin')
export class InventoryController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly changes: Changes,
  ) {}

  @Get(':sku')
  @Allow('operator', 'admin')
  get(@Param('sku', SKU) sku: string): Promise<StockLevels> {
    return this.rpc.call(getStock, { sku });
  }

  @Post(':sku/adjustments')
  adjust(
    @Caller() actor: Actor,
    @Param('sku', SKU) sku: string,
    @IdempotencyKey() idempotencyKey: string,
    @Body({ schema: adjustmentBody }) { delta, reason }: AdjustmentBody,
  ): Promise<StockLevels> {
    return this.changes.make(adjustStock, { actor, sku, delta, reason, idempotencyKey });
  }
}
