import {
  returnUnits,
  setAsideUnits,
  unitsRefused,
  unitsReturned,
  unitsSetAside,
} from '@doorbuster/contracts';
import {
  ConsumesBatches,
  replyTo,
  type BatchOutcome,
  type CloudEvent,
  type EventOf,
  type IncomingBatch,
  type OutgoingEvent,
} from '@doorbuster/messaging';
import { UnitOfWork } from '@doorbuster/persistence';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';
import { availabilityEvents } from '../stock/availability.events.js';
import {
  decideAllocations,
  type AllocationCommand,
  type AllocationReply,
} from './domain/decide-allocations.js';
import { SaleAllocationsRepository } from './sale-allocations.repository.js';

type AllocationEvent = EventOf<typeof setAsideUnits | typeof returnUnits>;

/** The stock side of a sale: allocates its units before it starts, and returns what is left when it is over. */
@Controller()
export class SaleAllocationsHandler {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly allocations: SaleAllocationsRepository,
  ) {}

  @ConsumesBatches('inventory-sales', [setAsideUnits, returnUnits])
  handle(@Payload() batch: IncomingBatch<AllocationEvent>): Promise<BatchOutcome> {
    return this.unitOfWork.runBatch(batch, (tx, events) => this.apply(tx, events));
  }

  private async apply(tx: EntityManager, events: AllocationEvent[]): Promise<OutgoingEvent[]> {
    const commands = events.map(toCommand);
    const decision = decideAllocations(await this.allocations.lock(tx, commands), commands);
    await this.allocations.save(tx, decision);
    return [
      ...events.flatMap((event, index) => toEvents(event, decision.replies[index])),
      ...availabilityEvents(decision.levels, (commandIndex) => events[commandIndex]?.traceparent),
    ];
  }
}

function toCommand({ type, data }: AllocationEvent): AllocationCommand {
  // A UUID may have capital letters; PostgreSQL returns it in lower case.
  const saleId = data.saleId.toLowerCase();
  if (type === returnUnits.type) return { kind: 'return', saleId };
  return { kind: 'allocate', saleId, sku: data.sku, units: data.units };
}

function toEvents(command: CloudEvent, reply: AllocationReply | undefined): OutgoingEvent[] {
  if (!reply) return [];
  const { saleId } = reply;
  switch (reply.kind) {
    case 'allocated':
      return [replyTo(command, unitsSetAside, { saleId })];
    case 'refused':
      return [replyTo(command, unitsRefused, { saleId, reason: reply.reason })];
    case 'returned':
      return [replyTo(command, unitsReturned, { saleId })];
  }
}
