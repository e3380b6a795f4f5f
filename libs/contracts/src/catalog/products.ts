import { z } from 'zod';
import { changeTerms, ifVersions } from '../actor.js';
import { event } from '../message.js';
import { change, rpc } from '../rpc.js';
import { instant, money, page, pageRequest, price, sku, text } from '../values.js';

const PRODUCT_NAME = { examples: ['Doorbuster T-shirt, black, M'] };
const PRODUCT_DESCRIPTION = { examples: ['Heavy organic cotton, boxy cut. Survived the last sale.'] };
const PRODUCT_CATEGORY = { examples: ['apparel'] };

export const product = z
  .object({
    sku,
    name: z.string().meta(PRODUCT_NAME),
    description: z.string().meta(PRODUCT_DESCRIPTION),
    category: z.string().meta(PRODUCT_CATEGORY),
    price: money,
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'CatalogProduct' });
export type Product = z.infer<typeof product>;

/** With `version`, the number of changes. Older releases do not send it. */
const versionedProduct = product.extend({ version: z.int().min(1).optional() });
export type VersionedProduct = z.infer<typeof versionedProduct>;

const name = text.trim().min(1).max(200);
const description = text.max(10_000);
const category = text.trim().min(1).max(64);

export const createProductBody = z
  .strictObject({ sku, name, description: description.default(''), category, price })
  .meta({ id: 'CreateProduct' });
export type CreateProductBody = z.infer<typeof createProductBody>;

export const changeProductBody = z
  .strictObject({ name, description, category, price })
  .partial()
  .refine((body) => Object.keys(body).length > 0, 'name at least one field to change')
  .meta({ id: 'ChangeProduct' });
export type ChangeProductBody = z.infer<typeof changeProductBody>;

export const productFilter = z.strictObject({
  q: text.trim().min(1).max(200).optional(),
  category: category.optional(),
  ...pageRequest,
});

export type ProductFilter = z.infer<typeof productFilter>;

export const createProduct = change(
  'catalog',
  'create-product',
  'admin',
  createProductBody.strip().extend({ ...changeTerms, price: price.strip() }),
  versionedProduct,
);
export const changeProduct = change(
  'catalog',
  'change-product',
  'admin',
  z.object({
    ...changeTerms,
    sku,
    ifVersions,
    changes: changeProductBody.strip().safeExtend({ price: price.strip().optional() }),
  }),
  versionedProduct,
);
export const getProduct = rpc('catalog', 'get-product', z.object({ sku }), versionedProduct);
export const listProducts = rpc('catalog', 'list-products', productFilter.strip(), page(versionedProduct));

/** The whole product after the change. Consumers keep the highest `version` and may skip the others. */
const productState = z.object({
  sku,
  version: z.int().min(1),
  name: z.string(),
  description: z.string(),
  category: z.string(),
  price: money,
});
export const productCreated = event('catalog', 'product-created', productState);
export const productChanged = event('catalog', 'product-changed', productState);
export type ProductState = z.infer<typeof productState>;
