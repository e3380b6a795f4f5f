import { toProductImage, type ImageRecord } from '../../images/domain/image.js';
import type { ChangeProductBody, Money, ProductState, VersionedProduct } from '@doorbuster/contracts';

/** A product in catalog's database. Each change increments `version`. */
export interface ProductRecord {
  sku: string;
  version: number;
  name: string;
  description: string;
  category: string;
  price: Money;
  images: ImageRecord[];
  createdAt: Date;
  updatedAt: Date;
}

export type ProductDetails = Pick<ProductRecord, 'name' | 'description' | 'category' | 'price'>;

/** The requested values that differ from the product's; `undefined` when none does. */
export function effectiveChanges(
  product: ProductDetails,
  { name, description, category, price }: ChangeProductBody,
): Partial<ProductDetails> | undefined {
  const changes: Partial<ProductDetails> = {};
  if (name !== undefined && name !== product.name) changes.name = name;
  if (description !== undefined && description !== product.description) changes.description = description;
  if (category !== undefined && category !== product.category) changes.category = category;
  if (price !== undefined && !isSameMoney(price, product.price)) changes.price = price;
  return Object.keys(changes).length > 0 ? changes : undefined;
}

const isSameMoney = (a: Money, b: Money): boolean => a.amount === b.amount && a.currency === b.currency;

/** The product in an RPC reply. */
export const toProduct = (record: ProductRecord): VersionedProduct => ({
  ...toProductState(record),
  createdAt: record.createdAt.toISOString(),
  updatedAt: record.updatedAt.toISOString(),
});

/** The product in an event. */
export const toProductState = ({
  sku,
  version,
  name,
  description,
  category,
  price: { amount, currency },
  images,
}: ProductRecord): ProductState => ({
  sku,
  version,
  name,
  description,
  category,
  price: { amount, currency },
  images: images.map(toProductImage),
});
