import {
  accept,
  listSagas,
  refuse,
  retrySaga,
  type Reply,
  type RequestOf,
  type ResponseOf,
  type Saga,
} from '@doorbuster/contracts';
import { audited, UnitOfWork, type Decided } from '@doorbuster/persistence';
import { UnknownVersionError } from '@doorbuster/saga';
import { Rpc } from '@doorbuster/service';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { SagasRepository } from '../persistence/sagas.repository.js';
import { OrderSagas } from '../sagas/order-sagas.js';
import { malformedCursor, toPage } from './orders.controller.js';

@Controller()
export class SagasController {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly sagas: OrderSagas,
    private readonly repository: SagasRepository,
  ) {}

  @Rpc(listSagas)
  async list(
    @Payload() { state, limit, cursor }: RequestOf<typeof listSagas>,
  ): Promise<Reply<ResponseOf<typeof listSagas>>> {
    if (cursor !== undefined && !isUuid(cursor)) return malformedCursor;
    return accept(toPage(await this.repository.list(state ?? null, limit + 1, cursor), limit));
  }

  @Rpc(retrySaga)
  async retry(@Payload() { actor, id, commitBy }: RequestOf<typeof retrySaga>): Promise<Reply<Saga>> {
    const action = { actor, action: 'retry-saga', target: id };
    try {
      return await this.unitOfWork.run(
        audited(action, (tx) => this.retryIn(tx, id)),
        { commitBy },
      );
    } catch (error) {
      if (!(error instanceof UnknownVersionError)) throw error;
      return refuse('SERVICE_UNAVAILABLE', 'A newer release runs this saga. Try again in a moment.');
    }
  }

  private async retryIn(tx: EntityManager, id: string): Promise<Decided<Saga>> {
    const before = await this.repository.find(id, tx);
    if (!before) return { result: refuse('SAGA_NOT_FOUND', `There is no saga ${id}.`), events: [] };
    if (before.state !== 'STALLED') {
      const detail = `The saga is ${before.state}; only a STALLED one can be retried.`;
      return { result: refuse('SAGA_NOT_STALLED', detail), events: [], audit: { before } };
    }
    const events = await this.sagas.handle(tx, [{ sagaId: id, input: { kind: 'retried' } }]);
    const after = (await this.repository.find(id, tx)) ?? before;
    return { result: accept(after), events, audit: { before } };
  }
}
