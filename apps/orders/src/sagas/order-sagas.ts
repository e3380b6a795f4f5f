import { orderStatusChanged, type OrderStatus } from '@doorbuster/contracts';
import { newEvent, type OutgoingEvent } from '@doorbuster/messaging';
import { afterCommit } from '@doorbuster/persistence';
import { SagaRunner, type AdvancedSaga, type NewSaga, type SagaEvent } from '@doorbuster/saga';
import { LOGGER } from '@doorbuster/service';
import { traceFields, type Logger } from '@doorbuster/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { OrderCommand, OrderSagaData } from '../domain/order-saga.js';
import { changeStatus, statusWhenUndone } from '../domain/order-status.js';
import { purchasesOf } from '../domain/sale-terms.js';
import { OrdersRepository } from '../persistence/orders.repository.js';
import { SagasRepository } from '../persistence/sagas.repository.js';
import { salesRepository } from '../persistence/sales.repository.js';
import { countCheckout, recordSagas } from './saga-metrics.js';
import { SAGA_DEFINITIONS, type OrderSagaDefinition } from './saga-definitions.js';
import { recordTransitions, type SpansBySaga } from './saga-spans.js';

type AdvancedOrderSaga = AdvancedSaga<OrderSagaData, OrderCommand>;

/**
 * The checkout saga of an order has the order's own id, its cancellation saga the same with the last bit flipped: at most
 * one of each, and as UUIDs of version 7 they lie beside each other in every list.
 */
export const cancellationId = (orderId: string): string =>
  orderId.slice(0, -1) + (Number.parseInt(orderId.slice(-1), 16) ^ 1).toString(16);

export interface Sweep {
  /** Sagas that went on. */
  swept: number;
  events: OutgoingEvent[];
}

/** Runs the sagas of orders and carries out what they decide, all in the caller's transaction. */
@Injectable()
export class OrderSagas {
  private readonly runner: SagaRunner<EntityManager, OrderSagaData, OrderCommand>;

  constructor(
    private readonly sagas: SagasRepository,
    private readonly orders: OrdersRepository,
    @Inject(SAGA_DEFINITIONS) definitions: readonly OrderSagaDefinition[],
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.runner = new SagaRunner(definitions, sagas);
  }

  /**
   * @param now by the clock of the database, as everywhere here: replicas need not agree on the time
   * @param spans of the requests that are recorded, by order
   */
  async startCheckouts(
    tx: EntityManager,
    checkouts: readonly OrderSagaData[],
    now: Date,
    spans: SpansBySaga,
  ): Promise<OutgoingEvent[]> {
    const sagas = checkouts.map((data): NewSaga<OrderSagaData> => ({
      id: data.orderId,
      definition: 'checkout',
      data,
    }));
    return this.carryOut(tx, await this.runner.start(tx, sagas, now), spans);
  }

  async startCancellations(
    tx: EntityManager,
    cancellations: readonly OrderSagaData[],
    now: Date,
  ): Promise<OutgoingEvent[]> {
    const sagas = cancellations.map((data): NewSaga<OrderSagaData> => ({
      id: cancellationId(data.orderId),
      definition: 'cancellation',
      data,
    }));
    return this.carryOut(tx, await this.runner.start(tx, sagas, now));
  }

  async handle(
    tx: EntityManager,
    events: readonly SagaEvent[],
    spans?: SpansBySaga,
  ): Promise<OutgoingEvent[]> {
    return this.carryOut(tx, await this.runner.handle(tx, events), spans);
  }

  /** Resends, compensates or parks overdue sagas: all except the stuck ones, or only the one with this id. */
  async sweep(tx: EntityManager, limit: number, onlyId?: string): Promise<Sweep> {
    const advanced = await this.runner.sweep(tx, limit, onlyId);
    return { swept: advanced.length, events: await this.carryOut(tx, advanced) };
  }

  /** The ids that `sweep` would handle. */
  overdueIds(limit: number): Promise<string[]> {
    return this.sagas.overdueIds(limit, this.runner.versions);
  }

  private async carryOut(
    tx: EntityManager,
    advanced: readonly AdvancedOrderSaga[],
    spans: SpansBySaga = new Map(),
  ): Promise<OutgoingEvent[]> {
    const commands = advanced.flatMap(commandsOf);
    const statuses = await this.changeStatuses(tx, advanced);
    const cancellations = advanced.flatMap(cancellationAfter);
    afterCommit(tx, () => {
      recordSagas(advanced);
      for (const saga of advanced) recordTransitions(saga, spans);
    });
    const [first] = advanced;
    if (cancellations.length === 0 || !first) return [...commands, ...statuses];
    return [...commands, ...statuses, ...(await this.startCancellations(tx, cancellations, first.at))];
  }

  private async changeStatuses(
    tx: EntityManager,
    advanced: readonly AdvancedOrderSaga[],
  ): Promise<OutgoingEvent[]> {
    const decisions = new Map(
      advanced.flatMap((saga) => {
        const decision = decisionOf(saga);
        return decision ? [[saga.instance.data.orderId, { ...decision, saga }] as const] : [];
      }),
    );
    const now = new Date();
    const changes = (await this.orders.lock(tx, [...decisions.keys()])).map(
      ({ id, customerId, status: from }) => {
        const { become, reason, saga } = decisions.get(id) as Decision & { saga: AdvancedOrderSaga };
        const { lines, traceparent } = saga.instance.data;
        return { id, customerId, status: become(from), reason, lines, traceparent };
      },
    );
    await this.orders.changeStatus(tx, changes, now);
    const undone = changes.filter(({ status }) => status === 'REJECTED' || status === 'CANCELLED');
    await salesRepository.giveBack(
      tx,
      undone.flatMap(({ customerId, lines }) => purchasesOf(customerId, lines)),
    );
    return changes.map(({ id, customerId, status, reason, traceparent }) => {
      afterCommit(tx, () => {
        this.logger.info({ orderId: id, ...traceFields(traceparent), status, reason }, 'order');
        countCheckout(status, reason);
      });
      const data = { orderId: id, customerId, status, reason, at: now.toISOString() };
      return newEvent(orderStatusChanged, { subject: id, data, traceparent });
    });
  }
}

interface Decision {
  become: (from: OrderStatus) => OrderStatus;
  reason: string | null;
}

/** What an advanced saga means for its order, if anything. */
function decisionOf({ instance, before, passedPivot }: AdvancedOrderSaga): Decision | undefined {
  const { definition, state, reason, data } = instance;
  const ended = state !== before.state;
  if (definition === 'checkout') {
    if (passedPivot) return { become: (from) => changeStatus(from, 'CONFIRMED'), reason: null };
    if (ended && state === 'COMPENSATED') return { become: statusWhenUndone, reason };
  } else if (ended && state === 'COMPLETED') {
    return { become: (from) => changeStatus(from, 'CANCELLED'), reason: data.cancellation?.reason ?? null };
  }
  return undefined;
}

function commandsOf({ instance, commands }: AdvancedOrderSaga): OutgoingEvent[] {
  const { id, data } = instance;
  return commands.map(({ action, command }) =>
    newEvent(command.contract, {
      subject: data.orderId,
      data: command.data,
      traceparent: data.traceparent,
      sagaid: id,
      sagastep: action,
    }),
  );
}

/** A cancellation that was asked for during the checkout starts when the checkout is complete. */
function cancellationAfter({ instance: { definition, state, data } }: AdvancedOrderSaga): OrderSagaData[] {
  if (definition !== 'checkout' || state !== 'COMPLETED' || !data.cancellation) return [];
  return [{ ...data, traceparent: data.cancellation.traceparent }];
}
