import {
  getCart,
  productChanged,
  setCartItem,
  settleCheckout,
  type Actor,
  type Cart,
  type CheckoutOutcome,
  type Reply,
} from '@doorbuster/contracts';
import { eventually } from '@doorbuster/embedded/testing';
import { newEvent } from '@doorbuster/messaging';
import { ServiceUnderTest, startTestServers, valueOf } from '@doorbuster/service/testing';
import { newTraceparent } from '@doorbuster/telemetry';
import { AppModule } from '../src/app.module.js';
import { cartSchema } from '../src/cart.schema.js';

export const usd = (amount: number) => ({ amount, currency: 'USD' });

/** The cart service with products. Each test has a customer of its own. */
export class CartUnderTest extends ServiceUnderTest {
  private customers = 0;

  static async start(replicas = 1): Promise<CartUnderTest> {
    const service = new CartUnderTest(AppModule, await startTestServers(cartSchema));
    for (let i = 0; i < replicas; i += 1) await service.addReplica();
    await service.offer('TEE', 1_999);
    await service.offer('MUG', 999);
    return service;
  }

  newCustomer(): Actor {
    this.customers += 1;
    return { customerId: `customer-${this.customers}`, role: 'customer' };
  }

  /** Publishes a product, and waits until the service knows this version. */
  async offer(sku: string, amount: number, version = 1): Promise<void> {
    const data = { sku, version, name: `A ${sku}`, description: '', category: 'test', price: usd(amount) };
    await this.publish(newEvent(productChanged, { subject: sku, data, traceparent: newTraceparent() }));
    await eventually(async () => {
      const [row] = await this.query<{ version: number }>('select version from products where sku = $1', [
        sku,
      ]);
      return (row?.version ?? 0) >= version || undefined;
    }, `version ${version} of ${sku}`);
  }

  put(actor: Actor, sku: string, quantity: number, version?: number): Promise<Reply<Cart>> {
    return this.call(setCartItem, { actor, sku, quantity, version });
  }

  async cart(actor: Actor): Promise<Cart> {
    return valueOf(await this.call(getCart, { actor }));
  }

  /** Units by SKU. */
  async units(actor: Actor): Promise<Record<string, number>> {
    const { items } = await this.cart(actor);
    return Object.fromEntries(items.map(({ sku, quantity }) => [sku, quantity]));
  }

  async settle(actor: Actor, idempotencyKey: string, outcome: CheckoutOutcome): Promise<void> {
    valueOf(await this.call(settleCheckout, { actor, idempotencyKey, outcome }));
  }
}
