import {
  changeProduct,
  createProduct,
  eventStream,
  listProducts,
  productFilter,
  type CreateProductBody,
  type Page,
  type Product,
  type ProductState,
  type RpcContract,
  type Reply,
  type RequestOf,
} from '@doorbuster/contracts';
import { eventually, startTestEnvironment, type TestEnvironment } from '@doorbuster/embedded/testing';
import { connectNats, decodeBatch, type CloudEvent, type OutgoingEvent } from '@doorbuster/messaging';
import {
  ADMIN,
  callRpc,
  environmentOf,
  migrateSchema,
  startService,
  type TestRequest,
} from '@doorbuster/service/testing';
import { jetstream } from '@nats-io/jetstream';
import type { INestApplication } from '@nestjs/common';
import type { NatsConnection, Subscription } from '@nats-io/transport-node';
import { DataSource } from 'typeorm';
import { AppModule } from '../src/app.module.js';
import { CatalogConfig } from '../src/catalog.config.js';
import { catalogSchema } from '../src/catalog.schema.js';
import { ProductsRpcController } from '../src/products/products.rpc-controller.js';

/** Shorter than the time of `eventually`, so that a request that is lost with its connection is sent again. */
const WAIT_MS = 10_000;

export const newProduct = (sku: string, more: Partial<CreateProductBody> = {}): CreateProductBody => ({
  sku,
  name: `Product ${sku}`,
  description: '',
  category: 'test',
  price: { amount: 1999, currency: 'USD' },
  ...more,
});

/** Replicas of the service on a database and a broker of their own, with a client for RPCs and a listener for events. */
export class CatalogUnderTest {
  readonly heard: CloudEvent[] = [];
  /** The commands to inventory. */
  readonly commands: CloudEvent[] = [];
  private inventory: Subscription | undefined;

  constructor(
    readonly env: TestEnvironment,
    readonly replicas: INestApplication[],
    private readonly nc: NatsConnection,
    readonly gateway: NatsConnection,
  ) {
    nc.subscribe('evt.catalog.>', { callback: (_, { data }) => void this.heard.push(...decodeBatch(data)) });
  }

  async stop(): Promise<void> {
    await this.gateway.close();
    await Promise.all(this.replicas.map((replica) => replica.close()));
    await this.nc.close();
    await this.env.stop();
  }

  /** Calls as the gateway does; any replica answers. */
  ask<Request, Response>(
    contract: RpcContract<Request, Response>,
    request: TestRequest<Request>,
  ): Promise<Reply<Response>> {
    return callRpc(this.gateway, contract, request, WAIT_MS);
  }

  async create(...bodies: CreateProductBody[]): Promise<Product[]> {
    return Promise.all(
      bodies.map(async (body) => valueOf(await this.ask(createProduct, { ...body, actor: ADMIN }))),
    );
  }

  async change(sku: string, changes: RequestOf<typeof changeProduct>['changes']): Promise<Product> {
    return valueOf(await this.ask(changeProduct, { actor: ADMIN, sku, changes }));
  }

  async list(filter: Partial<RequestOf<typeof listProducts>>): Promise<Page<Product>> {
    return valueOf(await this.ask(listProducts, productFilter.parse(filter)));
  }

  async search(q: string): Promise<string[]> {
    const { items } = await this.list({ q });
    return items.map(({ sku }) => sku);
  }

  /** Reads from one replica. */
  async getFrom(replica: number, sku: string): Promise<Product> {
    return valueOf(await this.part(replica, ProductsRpcController).get({ sku }));
  }

  part<T>(replica: number, type: new (...parts: never[]) => T): T {
    const app = this.replicas[replica];
    if (!app) throw new Error(`there is no replica ${replica}`);
    return app.get(type);
  }

  query<Row>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    return this.part(0, DataSource).query(sql, parameters);
  }

  eventsOf(sku: string): { type: string; state: ProductState }[] {
    return this.heard
      .filter(({ subject }) => subject === sku)
      .map(({ type, data }) => ({ type, state: data as ProductState }));
  }

  /** Waits until there are `count` of {@link eventsOf}. */
  hear(sku: string, count: number): Promise<{ type: string; state: ProductState }[]> {
    return eventually(() => {
      const events = this.eventsOf(sku);
      return events.length >= count ? events : undefined;
    }, `${count} events of ${sku}`);
  }

  /** Sets inventory's answers; `undefined` is no answer. */
  async inventoryAnswers(answer: (command: CloudEvent) => OutgoingEvent | undefined): Promise<void> {
    this.inventory?.unsubscribe();
    this.inventory = this.nc.subscribe('cmd.inventory.>', {
      callback: (_, { data }) => {
        for (const command of decodeBatch(data)) {
          this.commands.push(command);
          const reply = answer(command);
          if (reply) void jetstream(this.nc).publish(reply.natsSubject, JSON.stringify([reply.event]));
        }
      },
    });
    await this.nc.flush();
  }

  /** All events in catalog's stream. */
  async stored(): Promise<CloudEvent[]> {
    await this.nc.flush();
    const consumer = await jetstream(this.nc).consumers.get(eventStream('catalog'));
    const events: CloudEvent[] = [];
    for await (const message of await consumer.fetch({ max_messages: 1_000, expires: 1_000 })) {
      events.push(...decodeBatch(message.data));
    }
    return events;
  }
}

export function valueOf<T>(reply: Reply<T>): T {
  if (!reply.ok) throw new Error(`${reply.error.code}: ${reply.error.detail}`);
  return reply.value;
}

export const startReplica = (env: TestEnvironment, config: CatalogConfig = {}): Promise<INestApplication> =>
  startService(AppModule, {
    env: environmentOf('catalog', env),
    overrides: [[CatalogConfig, config]],
  });

export async function startCatalog(replicas = 1, config: CatalogConfig = {}): Promise<CatalogUnderTest> {
  const env = await startTestEnvironment();
  await migrateSchema(catalogSchema, env.migrationUrl('catalog'), 'silent');
  const apps = await Promise.all(Array.from({ length: replicas }, () => startReplica(env, config)));
  const nc = await connectNats(env.natsUrl('admin'), 'gateway');
  const gateway = await connectNats(env.natsUrl('gateway'), 'gateway');
  const catalog = new CatalogUnderTest(env, apps, nc, gateway);
  await nc.flush();
  return catalog;
}
