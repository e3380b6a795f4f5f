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
import { decideSetAsides } from '../domain/decide-set-asides.js';
import type { SaleAnswer, SaleCommand } from '../domain/set-aside.js';
import { loadSetAsideState, saveSetAsides } from '../persistence/set-asides.repository.js';
import { levelEvents } from './level-events.js';

type SaleUnitsEvent = EventOf<typeof setAsideUnits | typeof returnUnits>;

/** The stock side of a sale: its units are set aside before it starts, and returned when it is over. */
@Controller()
export class SaleUnitsHandler {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  @ConsumesBatches('inventory-sales', [setAsideUnits, returnUnits])
  handle(@Payload() batch: IncomingBatch<SaleUnitsEvent>): Promise<BatchOutcome> {
    return this.unitOfWork.runBatch(batch, work);
  }
}

async function work(tx: EntityManager, events: SaleUnitsEvent[]): Promise<OutgoingEvent[]> {
  const commands = events.map(toCommand);
  const decision = decideSetAsides(await loadSetAsideState(tx, commands), commands);
  await saveSetAsides(tx, decision);
  return [
    ...events.flatMap((event, position) => reply(event, decision.answers[position])),
    ...levelEvents(decision.levels, (cause) => events[cause]?.traceparent),
  ];
}

function toCommand({ type, data }: SaleUnitsEvent): SaleCommand {
  // A UUID may be spelt in capitals; the database returns it in small letters.
  const saleId = data.saleId.toLowerCase();
  if (type === returnUnits.type) return { kind: 'return', saleId };
  return { kind: 'set-aside', saleId, sku: data.sku, units: data.units };
}

function reply(event: CloudEvent, answer: SaleAnswer | undefined): OutgoingEvent[] {
  if (!answer) return [];
  const { saleId } = answer;
  switch (answer.kind) {
    case 'set-aside':
      return [replyTo(event, unitsSetAside, { saleId })];
    case 'refused':
      return [replyTo(event, unitsRefused, { saleId, reason: answer.reason })];
    case 'returned':
      return [replyTo(event, unitsReturned, { saleId })];
  }
}
