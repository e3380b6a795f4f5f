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
import type { SaleRecord } from './domain/sale.js';
import { applyReply, type AllocationReply, type SaleDecision } from './domain/sale.state-machine.js';
import { SalesRepository } from './sales.repository.js';
import { SalesService } from './sales.service.js';

interface SaleReply {
  saleId: string;
  reply: AllocationReply;
  traceparent: string;
}

/** Applies inventory's answers to allocation requests. */
@Controller()
export class AllocationRepliesHandler {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly sales: SalesRepository,
    private readonly service: SalesService,
  ) {}

  @ConsumesBatches('catalog-replies', [unitsSetAside, unitsRefused, unitsReturned])
  handle(@Payload() batch: IncomingBatch): Promise<BatchOutcome> {
    return this.unitOfWork.runBatch(batch, (tx, events) => this.apply(tx, events));
  }

  private async apply(tx: EntityManager, events: CloudEvent[]): Promise<OutgoingEvent[]> {
    const repliesBySale = Map.groupBy(events.map(parse), ({ saleId }) => saleId);
    const now = await this.sales.transactionTime(tx);
    const transitions = (await this.sales.lock(tx, [...repliesBySale.keys()])).map((before) => {
      const replies = repliesBySale.get(before.id) ?? [];
      return {
        before,
        ...applyReplies(before, replies, now),
        traceparent: replies.at(-1)?.traceparent ?? '',
      };
    });
    return (await this.service.saveTransitions(tx, transitions, now)).events;
  }
}

const applyReplies = (before: SaleRecord, replies: readonly SaleReply[], now: Date): SaleDecision =>
  replies.reduce<SaleDecision>(
    ({ sale, request }, { reply }) => ({ request, ...applyReply(sale, reply, now) }),
    { sale: before },
  );

/** @throws {z.ZodError} when the data does not fit the contract */
function parse({ type, data, traceparent }: CloudEvent): SaleReply {
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
