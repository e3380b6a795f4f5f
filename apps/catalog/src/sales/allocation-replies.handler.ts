import { PermanentError, unitsRefused, unitsReturned, unitsSetAside } from '@doorbuster/contracts';
import {
  ConsumesBatches,
  type BatchOutcome,
  type CloudEvent,
  type IncomingBatch,
  type OutgoingEvent,
} from '@doorbuster/messaging';
import { UnitOfWork } from '@doorbuster/persistence';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';
import { applyReply, type SaleDecision, type AllocationReply } from './domain/sale.state-machine.js';
import type { SaleRecord } from './domain/sale.js';
import { databaseNow, lockSales } from './sales.repository.js';
import { saveTransitions } from './save-transitions.js';

interface Heard {
  saleId: string;
  reply: AllocationReply;
  traceparent: string;
}

/** What inventory says of the units of sales. */
@Controller()
export class AllocationRepliesHandler {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  @ConsumesBatches('catalog-replies', [unitsSetAside, unitsRefused, unitsReturned])
  handle(@Payload() batch: IncomingBatch): Promise<BatchOutcome> {
    return this.unitOfWork.runBatch(batch, work);
  }
}

async function work(tx: EntityManager, events: CloudEvent[]): Promise<OutgoingEvent[]> {
  const heard = Map.groupBy(events.map(parse), ({ saleId }) => saleId);
  const now = await databaseNow(tx);
  const steps = (await lockSales(tx, [...heard.keys()])).map((before) => {
    const own = heard.get(before.id) ?? [];
    return { before, ...applyReplies(before, own, now), traceparent: own.at(-1)?.traceparent ?? '' };
  });
  return (await saveTransitions(tx, steps, now)).events;
}

const applyReplies = (before: SaleRecord, heard: readonly Heard[], now: Date): SaleDecision =>
  heard.reduce<SaleDecision>(
    ({ sale, request }, { reply }) => ({ request, ...applyReply(sale, reply, now) }),
    {
      sale: before,
    },
  );

/** @throws {z.ZodError} when the data does not fit the contract */
function parse({ type, data, traceparent }: CloudEvent): Heard {
  switch (type) {
    case unitsSetAside.type:
      return { saleId: unitsSetAside.schema.parse(data).saleId, reply: { kind: 'allocated' }, traceparent };
    case unitsReturned.type:
      return { saleId: unitsReturned.schema.parse(data).saleId, reply: { kind: 'returned' }, traceparent };
    case unitsRefused.type: {
      const { saleId, reason } = unitsRefused.schema.parse(data);
      return { saleId, reply: { kind: 'refused', reason }, traceparent };
    }
    default:
      throw new PermanentError(`${type} is not an answer that catalog knows`);
  }
}
