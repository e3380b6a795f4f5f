import {
  orderRestocked,
  paymentAuthorised,
  paymentCaptured,
  paymentCaptureRefused,
  paymentDeclined,
  paymentRefunded,
  paymentVoided,
  PermanentError,
  stockCommitRefused,
  stockCommitted,
  stockRefused,
  stockReleased,
  stockReserved,
} from '@doorbuster/contracts';
import {
  ConsumesBatches,
  type BatchOutcome,
  type CloudEvent,
  type IncomingBatch,
} from '@doorbuster/messaging';
import { UnsupportedVersionError, UnitOfWork } from '@doorbuster/persistence';
import { UnknownVersionError, type SagaEvent } from '@doorbuster/saga';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { OrderSagas } from '../sagas/order-sagas.js';
import type { SpansBySaga } from '../sagas/saga-spans.js';

const SUCCEEDED = [
  stockReserved,
  stockCommitted,
  stockReleased,
  orderRestocked,
  paymentAuthorised,
  paymentCaptured,
  paymentVoided,
  paymentRefunded,
];
const REFUSED = [stockRefused, stockCommitRefused, paymentDeclined, paymentCaptureRefused];
const refusals = new Map(REFUSED.map((contract) => [contract.type, contract]));
const successes = new Set(SUCCEEDED.map(({ type }) => type));

/** The participants' answers, of both services in one batch. */
@Controller()
export class SagaRepliesHandler {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly sagas: OrderSagas,
  ) {}

  @ConsumesBatches('orders-replies', [...SUCCEEDED, ...REFUSED])
  handle(@Payload() batch: IncomingBatch): Promise<BatchOutcome> {
    const spans = spansBySaga(batch);
    return this.unitOfWork.runBatch(batch, async (tx, events) => {
      try {
        return await this.sagas.handle(tx, events.map(toSagaEvent), spans);
      } catch (error) {
        throw error instanceof UnknownVersionError ? leftToNewer(events, error) : error;
      }
    });
  }
}

/** While two versions run side by side, a reply may come to a replica that does not know the saga's version yet. */
function leftToNewer(events: readonly CloudEvent[], cause: UnknownVersionError): UnsupportedVersionError {
  const sagas = new Set(cause.sagas.map(({ id }) => id));
  const foreign = events.filter(({ sagaid }) => sagaid !== undefined && sagas.has(sagaid));
  return new UnsupportedVersionError(foreign, { cause });
}

/** Two replies to one saga in one batch are answered together: on the span of the later one. */
const spansBySaga = ({ events }: IncomingBatch): SpansBySaga =>
  new Map(events.flatMap(({ event: { sagaid }, span }) => (sagaid && span ? [[sagaid, span]] : [])));

function toSagaEvent({ type, data, sagaid, sagastep }: CloudEvent): SagaEvent {
  if (sagaid === undefined || sagastep === undefined)
    throw new PermanentError(`${type} answers no saga's command`);
  if (successes.has(type)) return { sagaId: sagaid, input: { kind: 'succeeded', action: sagastep } };
  const refusal = refusals.get(type);
  if (!refusal) throw new PermanentError(`${type} is not an answer that orders knows`);
  const { reason } = refusal.schema.parse(data);
  return { sagaId: sagaid, input: { kind: 'refused', action: sagastep, reason } };
}
