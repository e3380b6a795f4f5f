import {
  changeProduct,
  createProduct,
  eventStream,
  listProducts,
  productFilter,
  type CreateProductBody,
  type Page,
  type VersionedProduct,
  type ProductState,
  type RequestOf,
} from '@doorbuster/contracts';
import { decodeBatch, type CloudEvent, type OutgoingEvent } from '@doorbuster/messaging';
import { ADMIN, ServiceUnderTest, startTestServers, valueOf } from '@doorbuster/service/testing';
import { jetstream } from '@nats-io/jetstream';
import type { Subscription } from '@nats-io/transport-node';
import { AppModule } from '../src/app.module.js';
import { CatalogConfig } from '../src/catalog.config.js';
import { catalogSchema } from '../src/catalog.schema.js';
import { ProductsRpcController } from '../src/products/products.rpc-controller.js';

export const newProduct = (sku: string, more: Partial<CreateProductBody> = {}): CreateProductBody => ({
  sku,
  name: `Product ${sku}`,
  description: '',
  category: 'test',
  price: { amount: 1999, currency: 'USD' },
  ...more,
});

export class CatalogUnderTest extends ServiceUnderTest {
  private inventory: Subscription | undefined;

  create(...bodies: CreateProductBody[]): Promise<VersionedProduct[]> {
    return Promise.all(
      bodies.map(async (body) => valueOf(await this.call(createProduct, { ...body, actor: ADMIN }))),
    );
  }

  async change(sku: string, changes: RequestOf<typeof changeProduct>['changes']): Promise<VersionedProduct> {
    return valueOf(await this.call(changeProduct, { actor: ADMIN, sku, changes }));
  }

  async list(filter: Partial<RequestOf<typeof listProducts>>): Promise<Page<VersionedProduct>> {
    return valueOf(await this.call(listProducts, productFilter.parse(filter)));
  }

  async search(q: string): Promise<string[]> {
    const { items } = await this.list({ q });
    return items.map(({ sku }) => sku);
  }

  /** Reads from one replica. */
  async getFrom(replica: number, sku: string): Promise<VersionedProduct> {
    return valueOf(await this.replica(replica).get(ProductsRpcController).get({ sku }));
  }

  /** Waits for at least `count` states of a product. */
  async states(sku: string, count: number): Promise<{ type: string; state: ProductState }[]> {
    const events = await this.receive(sku, count);
    return events.map(({ type, data }) => ({ type, state: data as ProductState }));
  }

  /** Sets inventory's replies; `undefined` is no reply. */
  async inventoryReplies(reply: (command: CloudEvent) => OutgoingEvent | undefined): Promise<void> {
    this.inventory?.unsubscribe();
    this.inventory = this.admin.subscribe('cmd.inventory.>', {
      callback: (_, { data }) => {
        const replies = decodeBatch(data).map(reply);
        void this.publish(...replies.filter((each) => each !== undefined));
      },
    });
    await this.admin.flush();
  }

  /** All events in catalog's stream. */
  async stored(): Promise<CloudEvent[]> {
    await this.admin.flush();
    const consumer = await jetstream(this.admin).consumers.get(eventStream('catalog'));
    const events: CloudEvent[] = [];
    for await (const message of await consumer.fetch({ max_messages: 1_000, expires: 1_000 })) {
      events.push(...decodeBatch(message.data));
    }
    return events;
  }
}

export async function startCatalog(replicas = 1, config: CatalogConfig = {}): Promise<CatalogUnderTest> {
  const catalog = new CatalogUnderTest(AppModule, await startTestServers(catalogSchema));
  const overrides = [[CatalogConfig, config]] as const;
  await Promise.all(Array.from({ length: replicas }, () => catalog.addReplica(overrides)));
  return catalog;
}
