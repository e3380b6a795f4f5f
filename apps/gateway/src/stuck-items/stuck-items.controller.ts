import {
  listStuckItemsOf,
  SERVICES,
  stuckItemFilter,
  type Page,
  type StuckItem,
  type StuckItemFilter,
} from '@doorbuster/contracts';
import { Controller, Get, Query } from '@nestjs/common';
import { Allow } from '../edge/identity.js';
import { RpcClient } from '../rpc/rpc-client.js';

/** Items that polling jobs fail on, of one service or of all. One page is enough: a long list raises an alert. */
@Controller('v1/stuck-items')
@Allow('operator', 'admin')
export class StuckItemsController {
  constructor(private readonly rpc: RpcClient) {}

  @Get()
  async list(
    @Query({ schema: stuckItemFilter }) { service, ...filter }: StuckItemFilter,
  ): Promise<Page<StuckItem>> {
    const lists = await Promise.all(
      (service ? [service] : SERVICES).map((each) => this.rpc.call(listStuckItemsOf(each), filter)),
    );
    const items = lists.flat().toSorted((a, b) => (a.firstFailedAt < b.firstFailedAt ? -1 : 1));
    return { items: items.slice(0, filter.limit), nextCursor: null };
  }
}
