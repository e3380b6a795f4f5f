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
import { Transactions } from '@doorbuster/persistence';
import { UnknownVersionError } from '@doorbuster/saga';
import { Answers } from '@doorbuster/service';
import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { validate as isUuid } from 'uuid';
import { SagasRepository } from '../persistence/sagas.repository.js';
import { OrderSagas } from '../sagas/order-sagas.js';
import { malformedCursor, toPage } from './orders.controller.js';

@Controller()
export class SagasController {
  constructor(
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(OrderSagas) private readonly sagas: OrderSagas,
    @Inject(SagasRepository) private readonly repository: SagasRepository,
  ) {}

  @Answers(listSagas)
  async list(
    @Payload() { state, limit, cursor }: RequestOf<typeof listSagas>,
  ): Promise<Reply<ResponseOf<typeof listSagas>>> {
    if (cursor !== undefined && !isUuid(cursor)) return malformedCursor;
    return accept(toPage(await this.repository.list(state ?? null, limit + 1, cursor), limit));
  }

  @Answers(retrySaga)
  async retry(@Payload() { id }: RequestOf<typeof retrySaga>): Promise<Reply<Saga>> {
    const before = await this.repository.find(id);
    if (!before) return refuse('SAGA_NOT_FOUND', `There is no saga ${id}.`);
    if (before.state !== 'STALLED') {
      return refuse('SAGA_NOT_STALLED', `The saga is ${before.state}; only a STALLED one can be retried.`);
    }
    try {
      await this.transactions.run(async (tx) => {
        const events = await this.sagas.handle(tx, [{ sagaId: id, input: { kind: 'retried' } }]);
        return { result: undefined, events };
      });
    } catch (error) {
      if (!(error instanceof UnknownVersionError)) throw error;
      return refuse('SERVICE_UNAVAILABLE', 'A newer release runs this saga. Try again in a moment.');
    }
    return accept((await this.repository.find(id)) ?? before);
  }
}
