import { commitStock, releaseStock, reserveStock, restockOrder, stockReleased } from '@doorbuster/contracts';
import { faultPoint } from '@doorbuster/fault-points';
import {
  ConsumesBatches,
  replyTo,
  type BatchOutcome,
  type IncomingBatch,
  type OutgoingEvent,
} from '@doorbuster/messaging';
import { afterCommit, UnitOfWork } from '@doorbuster/persistence';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';
import { decideCommands } from '../domain/decide-commands.js';
import { InventoryConfig } from '../inventory.config.js';
import { loadStockState, saveStockChanges } from '../persistence/stock-state.js';
import { levelEvents } from './level-events.js';
import { replies } from './replies.js';
import { toCommand, type StockCommandEvent } from './stock-command.parser.js';
import { countRefusals } from './stock-metrics.js';

/** The stock side of the checkout: reserve, then commit or release; restock when a sale is undone. */
@Controller()
export class StockCommandsHandler {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly config: InventoryConfig,
  ) {}

  @ConsumesBatches('inventory-commands', [reserveStock, commitStock, releaseStock, restockOrder])
  handle(@Payload() batch: IncomingBatch<StockCommandEvent>): Promise<BatchOutcome> {
    return this.unitOfWork.runBatch(batch, (tx, events) => this.work(tx, events));
  }

  private async work(tx: EntityManager, all: StockCommandEvent[]): Promise<OutgoingEvent[]> {
    const { dropped = [], events = [] } = Object.groupBy(all, (event) =>
      isDropped(event) ? 'dropped' : 'events',
    );
    const commands = events.map(toCommand);
    const state = await loadStockState(tx, commands);
    const decision = decideCommands(state, commands, {
      now: state.now,
      reservationTtlMs: this.config.reservationTtlMs,
    });
    await saveStockChanges(tx, decision);
    afterCommit(tx, () => countRefusals(decision.answers));
    return [
      ...replies(events, decision.answers),
      ...levelEvents(decision.levels, (cause) => events[cause]?.traceparent),
      ...dropped.map((event) => replyTo(event, stockReleased, { orderId: event.data.orderId })),
    ];
  }
}

const isDropped = ({ type }: StockCommandEvent): boolean =>
  type === releaseStock.type && faultPoint('inventory.drop-release');
