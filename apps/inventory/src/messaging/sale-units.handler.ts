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

/** The stock side of a sale: its units are set aside before it starts, and returned when it is over. */
@Controller()
export class SaleUnitsHandler {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  @ConsumesBatches('inventory-sales', [setAsideUnits, returnUnits])
  handle(@Payload() batch: IncomingBatch): Promise<BatchOutcome> {
    return this.unitOfWork.runBatch(batch, work);
  }
}

async function work(tx: EntityManager, events: CloudEvent[]): Promise<OutgoingEvent[]> {
  const commands = events.map(parse);
  const decision = decideSetAsides(await loadSetAsideState(tx, commands), commands);
  await saveSetAsides(tx, decision);
  return [
    ...events.flatMap((event, position) => reply(event, decision.answers[position])),
    ...levelEvents(decision.levels, (cause) => events[cause]?.traceparent),
  ];
}

/** @throws {z.ZodError} when the data does not fit the contract */
function parse({ type, data }: CloudEvent): SaleCommand {
  if (type === returnUnits.type) {
    return { kind: 'return', saleId: returnUnits.schema.parse(data).saleId.toLowerCase() };
  }
  const { saleId, sku, units } = setAsideUnits.schema.parse(data);
  return { kind: 'set-aside', saleId: saleId.toLowerCase(), sku, units };
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
