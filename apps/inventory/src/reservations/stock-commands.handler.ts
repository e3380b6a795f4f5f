import {
  commitStock,
  orderRestocked,
  releaseStock,
  reserveStock,
  restockOrder,
  stockCommitRefused,
  stockCommitted,
  stockRefused,
  stockReleased,
  stockReserved,
  type StockLine,
} from '@doorbuster/contracts';
import { faultPoint } from '@doorbuster/fault-points';
import {
  ConsumesBatches,
  replyTo,
  type BatchOutcome,
  type CloudEvent,
  type EventOf,
  type IncomingBatch,
  type OutgoingEvent,
} from '@doorbuster/messaging';
import { afterCommit, UnitOfWork } from '@doorbuster/persistence';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { metrics } from '@opentelemetry/api';
import type { EntityManager } from 'typeorm';
import { InventoryConfig } from '../inventory.config.js';
import { availabilityEvents } from '../stock/availability.events.js';
import { decideCommands, type StockCommand, type StockReply } from './domain/decide-commands.js';
import { ReservationsRepository } from './reservations.repository.js';

export type StockCommandEvent = EventOf<
  typeof reserveStock | typeof commitStock | typeof releaseStock | typeof restockOrder
>;

const refusals = metrics.getMeter('doorbuster.inventory').createCounter('doorbuster.stock.refusals', {
  description: 'Commands that were refused, by reason.',
  unit: '{command}',
});

/** The stock side of the checkout: reserve, then commit or release. A cancellation restocks. */
@Controller()
export class StockCommandsHandler {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly reservations: ReservationsRepository,
    private readonly config: InventoryConfig,
  ) {}

  @ConsumesBatches('inventory-commands', [reserveStock, commitStock, releaseStock, restockOrder])
  handle(@Payload() batch: IncomingBatch<StockCommandEvent>): Promise<BatchOutcome> {
    return this.unitOfWork.runBatch(batch, (tx, events) => this.apply(tx, events));
  }

  private async apply(tx: EntityManager, all: StockCommandEvent[]): Promise<OutgoingEvent[]> {
    const { dropped = [], events = [] } = Object.groupBy(all, (event) =>
      isDropped(event) ? 'dropped' : 'events',
    );
    const commands = events.map(toCommand);
    const state = await this.reservations.lock(tx, commands);
    const decision = decideCommands(state, commands, {
      now: state.now,
      reservationTtlMs: this.config.reservationTtlMs,
    });
    await this.reservations.save(tx, decision);
    afterCommit(tx, () => countRefusals(decision.replies));
    return [
      ...events.flatMap((event, index) => toEvents(event, decision.replies[index])),
      ...availabilityEvents(decision.levels, (commandIndex) => events[commandIndex]?.traceparent),
      ...dropped.map((event) => replyTo(event, stockReleased, { orderId: event.data.orderId })),
    ];
  }
}

const isDropped = ({ type }: StockCommandEvent): boolean =>
  type === releaseStock.type && faultPoint('inventory.drop-release');

function toCommand({ type, data }: StockCommandEvent): StockCommand {
  const orderId = asKey(data.orderId);
  switch (type) {
    case reserveStock.type:
      return {
        kind: 'reserve',
        orderId,
        lines: faultPoint('inventory.oversell')
          ? data.lines.map((line) => ({ ...withSaleAsKey(line), quantity: 0 }))
          : data.lines.map(withSaleAsKey),
      };
    case commitStock.type:
      return { kind: 'commit', orderId };
    case releaseStock.type:
      return { kind: 'release', orderId };
    case restockOrder.type:
      return { kind: 'restock', orderId };
  }
}

/** A UUID may have capital letters; PostgreSQL returns it in lower case. */
const asKey = (id: string): string => id.toLowerCase();

const withSaleAsKey = ({ saleId, ...line }: StockLine): StockLine =>
  saleId === undefined ? line : { ...line, saleId: asKey(saleId) };

function toEvents(command: CloudEvent, reply: StockReply | undefined): OutgoingEvent[] {
  return reply ? [toEvent(command, reply)] : [];
}

function toEvent(command: CloudEvent, reply: StockReply): OutgoingEvent {
  const { orderId } = reply;
  switch (reply.kind) {
    case 'reserved':
      return replyTo(command, stockReserved, { orderId, expiresAt: reply.expiresAt.toISOString() });
    case 'refused':
      return replyTo(command, stockRefused, { orderId, reason: reply.reason, sku: reply.sku });
    case 'committed':
      return replyTo(command, stockCommitted, { orderId });
    case 'commit-refused':
      return replyTo(command, stockCommitRefused, { orderId, reason: reply.reason, sku: reply.sku });
    case 'released':
      return replyTo(command, stockReleased, { orderId });
    case 'restocked':
      return replyTo(command, orderRestocked, { orderId });
  }
}

function countRefusals(replies: readonly (StockReply | undefined)[]): void {
  for (const reply of replies) {
    if (reply?.kind === 'refused' || reply?.kind === 'commit-refused') {
      refusals.add(1, { reason: reply.reason });
    }
  }
}
