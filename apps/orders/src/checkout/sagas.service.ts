import {
  accept,
  refuse,
  type listSagas,
  type Reply,
  type RequestOf,
  type ResponseOf,
  type retrySaga,
  type Saga,
} from '@doorbuster/contracts';
import { audited, UnitOfWork, uuidCursorRefusal, type Decided } from '@doorbuster/persistence';
import { formatReason } from '@doorbuster/saga';
import { SagaRunner, SagasRepository, UnknownSagaVersionError, type StoredSaga } from '@doorbuster/saga/nest';
import { traceIdOf } from '@doorbuster/telemetry';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { OrderSagaData } from '../orders/domain/order-saga.js';

/** What operators see of sagas, and how they move a stalled one on. */
@Injectable()
export class SagasService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly runner: SagaRunner<OrderSagaData>,
    private readonly sagas: SagasRepository<OrderSagaData>,
  ) {}

  async list(filter: RequestOf<typeof listSagas>): Promise<Reply<ResponseOf<typeof listSagas>>> {
    const refusal = uuidCursorRefusal(filter.cursor);
    if (refusal) return refusal;
    const { items, nextCursor } = await this.sagas.list(filter);
    return accept({ items: items.map(toSaga), nextCursor });
  }

  async retry({ actor, id, commitBy }: RequestOf<typeof retrySaga>): Promise<Reply<Saga>> {
    const action = { actor, action: 'retry-saga', target: id };
    try {
      return await this.unitOfWork.run(
        audited(action, (tx) => this.retryIn(tx, id)),
        { commitBy },
      );
    } catch (error) {
      if (!(error instanceof UnknownSagaVersionError)) throw error;
      return refuse('SERVICE_UNAVAILABLE', 'A newer release runs this saga. Try again in a moment.');
    }
  }

  private async retryIn(tx: EntityManager, id: string): Promise<Decided<Saga>> {
    const stored = await this.sagas.find(tx, id);
    if (!stored) return { result: refuse('SAGA_NOT_FOUND', `There is no saga ${id}.`), events: [] };
    const before = toSaga(stored);
    if (before.state !== 'STALLED') {
      const detail = `The saga is ${before.state}; only a STALLED one can be retried.`;
      return { result: refuse('SAGA_NOT_STALLED', detail), events: [], audit: { before } };
    }
    const events = await this.runner.retry(tx, id);
    const after = (await this.sagas.find(tx, id)) ?? stored;
    return { result: accept(toSaga(after)), events, audit: { before } };
  }
}

const toSaga = ({
  id,
  definition,
  version,
  state,
  pending,
  reason,
  data,
  ...times
}: StoredSaga<OrderSagaData>): Saga => ({
  id,
  definition,
  version,
  orderId: data.orderId,
  state,
  pending: pending.map(({ name, attempt, deadlineAt }) => ({
    step: name,
    attempt,
    deadlineAt: deadlineAt === null ? null : new Date(deadlineAt).toISOString(),
  })),
  reason: reason && formatReason(reason),
  traceId: traceIdOf(data.traceparent),
  createdAt: times.createdAt.toISOString(),
  updatedAt: times.updatedAt.toISOString(),
});
