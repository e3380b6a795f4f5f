import {
  accept,
  createExampleRecord,
  exampleRecordCreated,
  getExampleRecord,
  refuse,
  type ExampleRecord,
  type Reply,
  type RequestOf,
} from '@doorbuster/contracts';
import { newEvent } from '@doorbuster/messaging';
import { audited, UnitOfWork, type Decided } from '@doorbuster/persistence';
import { Rpc } from '@doorbuster/service';
import { activeTraceparent } from '@doorbuster/telemetry';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { DataSource, type EntityManager } from 'typeorm';
import { ExampleRecordEntity } from './example-record.entity.js';

/** A record commits in one transaction with its event and its audit entry. */
@Controller()
export class ExampleRecordsRpcController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  @Rpc(createExampleRecord)
  create(
    @Payload() { actor, commitBy, id, text }: RequestOf<typeof createExampleRecord>,
  ): Promise<Reply<ExampleRecord>> {
    const action = { actor, action: 'create-example-record', target: id, request: { text } };
    const create = async (tx: EntityManager): Promise<Decided<ExampleRecord>> => {
      const existing = await tx.findOneBy(ExampleRecordEntity, { id });
      if (existing) return { result: accept(toRecord(existing)), events: [], audit: { isRepeated: true } };
      await tx.insert(ExampleRecordEntity, { id, text });
      const record = toRecord(await tx.findOneByOrFail(ExampleRecordEntity, { id }));
      const event = { subject: id, data: record, traceparent: activeTraceparent() };
      return { result: accept(record), events: [newEvent(exampleRecordCreated, event)] };
    };
    return this.unitOfWork.run(audited(action, create), { commitBy });
  }

  @Rpc(getExampleRecord)
  async get(@Payload() { id }: RequestOf<typeof getExampleRecord>): Promise<Reply<ExampleRecord>> {
    const found = await this.dataSource.manager.findOneBy(ExampleRecordEntity, { id });
    return found ? accept(toRecord(found)) : refuse('NOT_FOUND', `There is no record ${id}.`);
  }
}

const toRecord = ({ id, text, createdAt }: ExampleRecordEntity): ExampleRecord => ({
  id,
  text,
  createdAt: createdAt.toISOString(),
});
