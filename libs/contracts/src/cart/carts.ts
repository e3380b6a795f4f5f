import { z } from 'zod';
import { actor, changeTerms } from '../actor.js';
import { availability } from '../gateway/availability.js';
import { change, rpc } from '../rpc.js';
import { ORDER_LINES_MAX, idempotencyKey, LINE_QUANTITY_MAX, money, sku } from '../values.js';

const quantity = z
  .int()
  .min(1)
  .max(LINE_QUANTITY_MAX)
  .meta({ examples: [1] });

const cartItem = z.object({
  sku,
  name: z.string().meta({ examples: ['Doorbuster T-shirt, black, M'] }),
  quantity,
  unitPrice: money.meta({ description: 'The price now' }),
  priceWhenAdded: money.meta({
    description: 'The price when it was put in. A checkout charges it, or a price that `acceptedPrices` has',
  }),
});

const version = z
  .int()
  .min(0)
  .meta({ description: 'The number of changes of this cart', examples: [3] });

const cart = z.object({
  items: z.array(cartItem),
  total: money.nullable().meta({
    description: 'By the prices now; null for an empty cart, and while its prices are in several currencies',
  }),
  version,
});
export type Cart = z.infer<typeof cart>;

/** A cart in the REST API: cart's data and inventory's figures. */
export const cartView = cart
  .extend({
    items: z.array(
      cartItem
        .extend({
          availability: availability.nullable().meta({ description: 'null while the figure is unknown' }),
        })
        .meta({ id: 'CartItem' }),
    ),
  })
  .meta({ id: 'Cart' });
export type CartView = z.infer<typeof cartView>;

export const setCartItemBody = z
  .strictObject({
    quantity,
    version: version
      .optional()
      .meta({ description: 'If the cart has another version, it is not changed', examples: [3] }),
  })
  .meta({ id: 'SetCartItem' });
export type SetCartItemBody = z.infer<typeof setCartItemBody>;

const mergedItem = z.strictObject({ sku, quantity });
export const mergeCartBody = z
  .strictObject({ items: z.array(mergedItem).min(1).max(ORDER_LINES_MAX) })
  .meta({ id: 'MergeCart' });
export type MergeCartBody = z.infer<typeof mergeCartBody>;

export const getCart = rpc('cart', 'get-cart', z.object({ actor }), cart);
export const setCartItem = change(
  'cart',
  'set-cart-item',
  'customer',
  z.object({ ...changeTerms, sku, ...setCartItemBody.shape }),
  cart,
);
/** Changes nothing if the cart has no such line. */
export const removeCartItem = change(
  'cart',
  'remove-cart-item',
  'customer',
  z.object({ ...changeTerms, sku }),
  cart,
);
/** Each SKU gets the greater of its two quantities, once for each idempotency key. */
export const mergeCart = change(
  'cart',
  'merge-cart',
  'customer',
  z.object({
    ...changeTerms,
    idempotencyKey,
    items: z.array(mergedItem.strip()).min(1).max(ORDER_LINES_MAX),
  }),
  cart,
);
