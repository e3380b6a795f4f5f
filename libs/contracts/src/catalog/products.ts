import { z } from 'zod';
import { changeTerms, ifVersions } from '../actor.js';
import { event } from '../message.js';
import { change, rpc } from '../rpc.js';
import { imageAlt, productImage, sha256 } from './images.js';
import {
  AMOUNT_MAX,
  currencyCode,
  instant,
  money,
  page,
  pageRequest,
  price,
  queryBoolean,
  sku,
  text,
} from '../values.js';

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
    images: z.array(productImage).meta({ examples: [[]] }),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'CatalogProduct' });
export type Product = z.infer<typeof product>;

/** With `version`, the number of changes. Older releases send neither that nor images. */
const versionedProduct = product.extend({
  version: z.int().min(1).optional(),
  images: product.shape.images.optional(),
});
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

/** Prices compare within one currency: the order is by currency, amount and SKU, and `-price` is its reverse. */
export const PRODUCT_SORTS = ['relevance', 'price', '-price'] as const;

const priceBound = z.coerce.number().int().min(0).max(AMOUNT_MAX);

export const productFilter = z
  .strictObject({
    q: text.trim().min(1).max(200).optional(),
    category: category.optional(),
    currency: currencyCode.optional(),
    minPrice: priceBound.optional().meta({ description: 'In minor units of `currency`' }),
    maxPrice: priceBound.optional().meta({ description: 'In minor units of `currency`' }),
    sort: z
      .enum(PRODUCT_SORTS, `must be one of ${PRODUCT_SORTS.join(', ')}`)
      .optional()
      .meta({ description: 'Without it: by relevance with `q`, else by SKU' }),
    facets: queryBoolean.optional().meta({ description: 'Adds `facets` to the answer' }),
    ...pageRequest,
  })
  .refine(
    ({ currency, minPrice, maxPrice }) =>
      currency !== undefined || (minPrice === undefined && maxPrice === undefined),
    { path: ['currency'], error: 'must be given with minPrice or maxPrice' },
  );

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
/** Adds the image of an upload, or gives an image that the product has another text. */
export const addProductImage = change(
  'catalog',
  'add-product-image',
  'admin',
  z.object({
    ...changeTerms,
    sku,
    ifVersions,
    uploadId: z.uuid(),
    /** Of the whole upload. */
    sha256,
    /** By default the name of the product. */
    alt: imageAlt.optional(),
  }),
  versionedProduct,
);
export const removeProductImage = change(
  'catalog',
  'remove-product-image',
  'admin',
  z.object({ ...changeTerms, sku, ifVersions, imageId: sha256 }),
  versionedProduct,
);
export const getProduct = rpc('catalog', 'get-product', z.object({ sku }), versionedProduct);
export const categoryCount = z
  .object({
    name: z.string().meta(PRODUCT_CATEGORY),
    products: z
      .int()
      .min(0)
      .meta({ examples: [4] }),
  })
  .meta({ id: 'Category' });
export const categoryList = z.object({ items: z.array(categoryCount) }).meta({ id: 'CategoryList' });
export type CategoryList = z.infer<typeof categoryList>;

const priceRange = z
  .object({
    currency: currencyCode,
    min: z
      .int()
      .min(0)
      .meta({ examples: [1_000] }),
    max: z
      .int()
      .min(0)
      .meta({ examples: [1_999] }),
    products: z
      .int()
      .min(1)
      .meta({ examples: [1] }),
  })
  .meta({ id: 'PriceRange', description: 'Minor units. Both bounds belong to the range.' });

/** Products of a list by category and by price. Each facet ignores the filter that choosing one of its values would set. */
export const facets = z
  .object({ categories: z.array(categoryCount), prices: z.array(priceRange) })
  .meta({ id: 'Facets' });
export type Facets = z.infer<typeof facets>;

export const listProducts = rpc(
  'catalog',
  'list-products',
  productFilter.strip(),
  page(versionedProduct).extend({ facets: facets.optional() }),
);
export const listCategories = rpc('catalog', 'list-categories', z.object({}), categoryList);

/** The whole product after the change. Consumers keep the highest `version` and may skip the others. */
const productState = z.object({
  sku,
  version: z.int().min(1),
  name: z.string(),
  description: z.string(),
  category: z.string(),
  price: money,
  /** Absent in events of older releases. */
  images: z.array(productImage).optional(),
});
export const productCreated = event('catalog', 'product-created', productState);
export const productChanged = event('catalog', 'product-changed', productState);
export type ProductState = z.infer<typeof productState>;
