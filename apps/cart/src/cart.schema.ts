import type { SchemaDefinition } from '@doorbuster/persistence';
import { CartMergeEntity } from './carts/cart-merge.entity.js';
import { CartEntity } from './carts/cart.entity.js';
import { CheckoutEntity } from './checkouts/checkout.entity.js';
import { CreateCarts1767225601000 } from './migrations/create-carts.migration.js';
import { CartProductEntity } from './products/product.entity.js';

export const cartSchema: SchemaDefinition = {
  service: 'cart',
  migrations: [CreateCarts1767225601000],
  entities: [CartEntity, CartMergeEntity, CheckoutEntity, CartProductEntity],
};
