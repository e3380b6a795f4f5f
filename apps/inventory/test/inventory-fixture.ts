import { randomUUID } from 'node:crypto';
import {
  adjustStock,
  getStock,
  listDeadLettersOf,
  productCreated,
  replayDeadLetterOf,
  type DeadLetter,
  type MessageContract,
  type ProductState,
  type RpcContract,
  type Reply,
  type RequestOf,
  type StockLevels,
} from '@doorbuster/contracts';
import { eventually, startTestEnvironment, type TestEnvironment } from '@doorbuster/embedded/testing';
import {
  connectNats,
  decodeBatch,
  newEvent,
  Publisher,
  toMessages,
  type BatchOutcome,
  type CloudEvent,
  type IncomingEvent,
  type OutgoingEvent,
} from '@doorbuster/messaging';
import {
  ADMIN,
  callRpc,
  environmentOf,
  migrateSchema,
  startService,
  type TestRequest,
} from '@doorbuster/service/testing';
import { newTraceparent, traceIdOf } from '@doorbuster/telemetry';
import type { INestApplication } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { DataSource } from 'typeorm';
import { AppModule } from '../src/app.module.js';
import { InventoryConfig } from '../src/inventory.config.js';
import { inventorySchema } from '../src/inventory.schema.js';
import { ORDINARY } from '../src/stock/stock.entity.js';

import { StockCommandsHandler, type StockCommandEvent } from '../src/reservations/stock-commands.handler.js';

const WAIT_MS = 15_000;

export const newSku = (): string => `SKU-${randomUUID().slice(0, 8)}`;

export const productState = (sku: string): ProductState => ({
  sku,
  version: 1,
  name: sku,
  description: '',
  category: 'test',
  price: { amount: 100, currency: 'USD' },
});

/** Replicas of the service with their own database and broker, and clients that act as the other services. */
export class InventoryUnderTest {
  private readonly heard: CloudEvent[] = [];
  private readonly publisher: Publisher;

  constructor(
    private readonly replicas: INestApplication[],
    private readonly nc: NatsConnection,
    private readonly gateway: NatsConnection,
    private readonly servers: TestEnvironment,
  ) {
    this.publisher = new Publisher(nc);
    nc.subscribe('evt.inventory.>', {
      callback: (_, { data }) => void this.heard.push(...decodeBatch(data)),
    });
  }

  async stop(): Promise<void> {
    await this.gateway.close();
    await Promise.all(this.replicas.map((replica) => replica.close()));
    await this.nc.close();
    await this.servers.stop();
  }

  /** Creates a product for each number, with that many units. */
  async stocked<const Units extends readonly number[]>(
    ...units: Units
  ): Promise<{ -readonly [K in keyof Units]: string }> {
    const skus = await Promise.all(
      units.map(async (delta) => {
        const sku = newSku();
        await this.send(productCreated, productState(sku));
        await this.adjust({ sku, delta, reason: 'delivery', idempotencyKey: randomUUID() });
        return sku;
      }),
    );
    return skus as { -readonly [K in keyof Units]: string };
  }

  query<Request, Response>(
    contract: RpcContract<Request, Response>,
    request: TestRequest<Request>,
  ): Promise<Reply<Response>> {
    return callRpc(this.gateway, contract, request, WAIT_MS);
  }

  adjust(request: Omit<TestRequest<RequestOf<typeof adjustStock>>, 'actor'>): Promise<Reply<StockLevels>> {
    return this.query(adjustStock, { ...request, actor: ADMIN });
  }

  async levels(sku: string): Promise<StockLevels> {
    const answer = await this.query(getStock, { sku });
    if (!answer.ok) throw new Error(answer.error.detail);
    return answer.value;
  }

  /** The command as the saga of this order sends it. */
  command<T extends { orderId: string }>(contract: MessageContract<T>, data: T): OutgoingEvent {
    return newEvent(contract, {
      subject: data.orderId,
      data,
      traceparent: newTraceparent(),
      sagaid: data.orderId,
      sagastep: contract.subject.split('.').at(-1),
    });
  }

  /** In as few NATS messages as possible. */
  async sendTogether(events: OutgoingEvent[]): Promise<void> {
    for (const message of toMessages(events)) await this.publisher.publish(message);
  }

  send<T extends { orderId: string } | ProductState>(contract: MessageContract<T>, data: T): Promise<void> {
    const subject = 'orderId' in data ? data.orderId : data.sku;
    return this.sendTogether([newEvent(contract, { subject, data, traceparent: newTraceparent() })]);
  }

  /** Calls the handler of one replica without the broker, so that a test decides which replica handles which batch. */
  deliver(replica: number, commands: OutgoingEvent[]): Promise<BatchOutcome> {
    const events = commands as IncomingEvent<StockCommandEvent>[];
    const batch = { consumer: 'inventory-commands', isReplay: false, events, unreadable: [] };
    return this.replica(replica % this.replicas.length)
      .get(StockCommandsHandler)
      .handle(batch);
  }

  async sendRaw(subject: string, payload: string): Promise<void> {
    await this.publisher.publish({ id: randomUUID(), subject, payload });
  }

  /** Sends a command and waits for its reply. */
  async ask<T extends { orderId: string }>(contract: MessageContract<T>, data: T): Promise<CloudEvent> {
    const command = this.command(contract, data);
    await this.sendTogether([command]);
    const traceId = traceIdOf(command.event.traceparent);
    return eventually(
      () =>
        this.heard.find((event) => event.sagaid === data.orderId && traceIdOf(event.traceparent) === traceId),
      `the reply to ${contract.type} for ${data.orderId}`,
    );
  }

  /** The name of the reply, such as `stock-reserved`. */
  async answer<T extends { orderId: string }>(contract: MessageContract<T>, data: T): Promise<string> {
    return nameOf(await this.ask(contract, data));
  }

  /** Sends a command as catalog does, and returns the name of its reply. */
  async askForSale<T extends { saleId: string }>(contract: MessageContract<T>, data: T): Promise<string> {
    const command = newEvent(contract, { subject: data.saleId, data, traceparent: newTraceparent() });
    await this.sendTogether([command]);
    const traceId = traceIdOf(command.event.traceparent);
    const isReply = ({ subject, traceparent }: CloudEvent): boolean =>
      subject === data.saleId && traceIdOf(traceparent) === traceId;
    return nameOf(await eventually(() => this.heard.find(isReply), `the reply to ${contract.type}`));
  }

  /** The data of all availability events of a SKU. */
  levelEventsOf(sku: string): unknown[] {
    return ['stock-depleted', 'stock-replenished'].flatMap((name) =>
      this.events(name, sku).map(({ data }) => data),
    );
  }

  /** The name of the last reply for this order. */
  async answerTo(orderId: string): Promise<string> {
    return nameOf((await this.answersTo(orderId, 1)).at(-1) as CloudEvent);
  }

  /** At least `count` replies for this order, in order of arrival. */
  answersTo(orderId: string, count: number): Promise<CloudEvent[]> {
    return eventually(() => {
      const answers = this.heard.filter(({ subject }) => subject === orderId);
      return answers.length >= count ? answers : undefined;
    }, `${count} replies for ${orderId}`);
  }

  /** The `count`th event of this name about a SKU. */
  event(name: string, sku: string, count = 1): Promise<CloudEvent> {
    return eventually(() => this.events(name, sku)[count - 1], `${name} of ${sku}, ${count} times`);
  }

  async deadLetters(): Promise<DeadLetter[]> {
    const answer = await this.query(listDeadLettersOf('inventory'), { limit: 100 });
    if (!answer.ok) throw new Error(answer.error.detail);
    return answer.value.items;
  }

  deadLetterOf(text: string): Promise<DeadLetter> {
    return eventually(
      async () => (await this.deadLetters()).find(({ event }) => JSON.stringify(event).includes(text)),
      `a dead letter of ${text}`,
    );
  }

  replay(id: string, commitBy?: number): Promise<Reply<DeadLetter>> {
    const terms = { actor: ADMIN, ...(commitBy !== undefined && { commitBy }) };
    return this.query(replayDeadLetterOf('inventory'), { ...terms, id });
  }

  /** @throws if the sums of the reservations differ from the stock levels, or there are dead letters */
  async checkBooks(): Promise<void> {
    const wrong = [...(await this.imbalances()), ...(await this.deadLetters())];
    if (wrong.length > 0) throw new Error(`the books are wrong: ${JSON.stringify(wrong, null, 2)}`);
  }

  /** Pools whose reserved or sold units differ from the sums of their reservations. */
  private imbalances(): Promise<unknown[]> {
    return this.replica(0)
      .get(DataSource)
      .query<unknown[]>(
        `select sku, sale_id, reserved, sold, held.* from stock
       cross join lateral (
         select coalesce(sum(line.quantity) filter (where status = 'RESERVED'), 0) as "heldReserved",
                coalesce(sum(line.quantity) filter (where status = 'COMMITTED'), 0) as "heldSold"
         from reservations, jsonb_to_recordset(lines) as line (sku text, "saleId" uuid, quantity int)
         where line.sku = stock.sku and coalesce(line."saleId", '${ORDINARY}') = stock.sale_id
       ) held
       where (reserved, sold) is distinct from ("heldReserved", "heldSold")`,
      );
  }

  sql<Row>(text: string, parameters: unknown[] = []): Promise<Row[]> {
    return this.replica(0).get(DataSource).query(text, parameters);
  }

  /** The URL of the role that owns the schema. */
  get ownerUrl(): string {
    return this.servers.migrationUrl('inventory');
  }

  private replica(index: number): INestApplication {
    const replica = this.replicas[index];
    if (!replica) throw new Error(`there is no replica ${index}`);
    return replica;
  }

  private events(name: string, sku: string): CloudEvent[] {
    return this.heard.filter((event) => nameOf(event) === name && event.subject === sku);
  }
}

const nameOf = ({ type }: CloudEvent): string => type.split('.')[2] ?? '';

export interface InventoryOptions {
  replicas: number;
  reservationTtlMs?: number;
}

export async function startInventory({
  replicas,
  reservationTtlMs = 600_000,
}: InventoryOptions): Promise<InventoryUnderTest> {
  const servers = await startTestEnvironment();
  const nc = await connectNats(servers.natsUrl('admin'), 'gateway');
  await migrateSchema(inventorySchema, servers.migrationUrl('inventory'), 'silent');
  const options = {
    env: environmentOf('inventory', servers),
    overrides: [[InventoryConfig, { reservationTtlMs }]],
  } as const;
  const apps = await Promise.all(Array.from({ length: replicas }, () => startService(AppModule, options)));
  const gateway = await connectNats(servers.natsUrl('gateway'), 'gateway');
  return new InventoryUnderTest(apps, nc, gateway, servers);
}
