import {
  cancelOrder,
  clockOf,
  getOrder,
  getTimeline,
  placeOrders,
  productChanged,
  saleChanged,
  type Order,
  type PlaceOrderBody,
  type PlaceOrderRequest,
  type TimelineEntry,
  type Reply,
  type SaleState,
} from '@doorbuster/contracts';
import { eventuallyPasses } from '@doorbuster/embedded/testing';
import { newEvent } from '@doorbuster/messaging';
import { SAGA_OPTIONS } from '@doorbuster/saga/nest';
import { ADMIN, ServiceUnderTest, startTestServers, valueOf } from '@doorbuster/service/testing';
import { newTraceparent } from '@doorbuster/telemetry';
import { expect } from 'vitest';
import { AppModule } from '../src/app.module.js';
import { orderSagas } from '../src/checkout/checkout.module.js';
import { sagaDefinitions } from '../src/checkout/saga-definitions.js';
import { ordersSchema } from '../src/orders.schema.js';
import { Participants } from './participants.js';

interface RequestOptions {
  key: string;
  customerId?: string;
  expiresInMs?: number;
  acceptBy?: number;
}

export const requestOf = (
  items: PlaceOrderBody['items'],
  { key, customerId = 'ann', ...times }: RequestOptions,
): PlaceOrderRequest => ({
  customerId,
  idempotencyKey: key,
  body: { items, payment: { method: 'pm_card_visa' } },
  traceparent: newTraceparent(),
  ...times,
});

export class OrdersUnderTest extends ServiceUnderTest {
  readonly participants = new Participants(this.admin);
  private keys = 0;

  async publishPrice(sku: string, amount: number, version = 1): Promise<void> {
    const price = { amount, currency: 'USD' };
    const data = { sku, version, name: sku, description: '', category: 'test', price };
    await this.publish(newEvent(productChanged, { subject: sku, data, traceparent: newTraceparent() }));
    await eventuallyPasses(async () =>
      expect(await this.query('select version from prices where sku = $1', [sku])).toEqual([{ version }]),
    );
  }

  publishSale(sale: SaleState): Promise<void> {
    return this.publish(
      newEvent(saleChanged, { subject: sale.id, data: sale, traceparent: newTraceparent() }),
    );
  }

  async bought(saleId: string, customerId = 'ann'): Promise<number> {
    const [row] = await this.query<{ quantity: number }>(
      'select quantity from sale_purchases where sale_id = $1 and customer_id = $2',
      [saleId, customerId],
    );
    return row?.quantity ?? 0;
  }

  async place(items: PlaceOrderBody['items'], more: Partial<RequestOptions> = {}): Promise<Reply<Order>> {
    const { key = `key-${(this.keys += 1)}`, ...others } = more;
    const replies = valueOf(
      await this.call(placeOrders, { requests: [requestOf(items, { key, ...others })] }),
    );
    return replies[0] as Reply<Order>;
  }

  /** A mug for Ann. */
  async placeOne(): Promise<Order> {
    return valueOf(await this.place([{ sku: 'MUG', quantity: 1 }]));
  }

  /** An instant of the database's clock. */
  async databaseTimeIn(ms: number): Promise<number> {
    return valueOf(await this.call(clockOf('orders'), {})).now + ms;
  }

  cancel(orderId: string, commitBy?: number): Promise<Reply<Order>> {
    const actor = { customerId: 'ann', role: 'customer' } as const;
    const terms = commitBy === undefined ? {} : { commitBy };
    return this.call(cancelOrder, { actor, orderId, traceparent: newTraceparent(), ...terms });
  }

  async get(orderId: string): Promise<Order> {
    return valueOf(await this.call(getOrder, { actor: ADMIN, orderId }));
  }

  waitFor(orderId: string, expected: Partial<Order>): Promise<void> {
    return eventuallyPasses(async () => expect(await this.get(orderId)).toMatchObject(expected));
  }

  async timeline(orderId: string): Promise<TimelineEntry[]> {
    return valueOf(await this.call(getTimeline, { actor: ADMIN, orderId })).items;
  }

  async sagaState(sagaId: string): Promise<string | undefined> {
    return (await this.query<{ state: string }>('select state from sagas where id = $1', [sagaId]))[0]?.state;
  }

  /** Lets the deadlines of a saga pass. */
  async passDeadlines(sagaId: string): Promise<void> {
    await this.query(
      `update sagas set next_deadline_at = now() - interval '1 second', pending =
         (select coalesce(jsonb_agg(p || '{"deadlineAt": 0}'), '[]') from jsonb_array_elements(pending) p)
       where id = $1`,
      [sagaId],
    );
  }

  /** @param definitions of a release that has other sagas */
  async startReplica(definitions = sagaDefinitions): Promise<void> {
    await this.addReplica([[SAGA_OPTIONS, { ...orderSagas, definitions }]]);
  }
}

/** Orders that knows the prices of a mug and a tee. */
export async function startOrders(replicas = 1): Promise<OrdersUnderTest> {
  const orders = new OrdersUnderTest(AppModule, await startTestServers(ordersSchema));
  await Promise.all(Array.from({ length: replicas }, () => orders.startReplica()));
  await orders.publishPrice('MUG', 999);
  await orders.publishPrice('TEE', 1_999);
  return orders;
}
