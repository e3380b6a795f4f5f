import { unitsRefused, unitsReturned, unitsSetAside } from '@doorbuster/contracts';
import {
  ConsumesBatches,
  type BatchOutcome,
  type EventOf,
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

type AllocationReplyEvent = EventOf<typeof unitsSetAside | typeof unitsRefused | typeof unitsReturned>;

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
  handle(@Payload() batch: IncomingBatch<AllocationReplyEvent>): Promise<BatchOutcome> {
    return this.unitOfWork.runBatch(batch, (tx, events) => this.apply(tx, events));
  }

  private async apply(tx: EntityManager, events: AllocationReplyEvent[]): Promise<OutgoingEvent[]> {
    const repliesBySale = Map.groupBy(events.map(toReply), ({ saleId }) => saleId);
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
    ({ sale, allocationRequest }, { reply }) => ({ allocationRequest, ...applyReply(sale, reply, now) }),
    { sale: before },
  );

const toReply = ({ type, data, traceparent }: AllocationReplyEvent): SaleReply => ({
  saleId: data.saleId,
  reply: type === unitsRefused.type ? { kind: 'refused', reason: data.reason } : { kind: KINDS[type] },
  traceparent,
});

const KINDS = { [unitsSetAside.type]: 'allocated', [unitsReturned.type]: 'returned' } as const;
