import type { ChangeProductBody, Money, ProductState, VersionedProduct } from '@doorbuster/contracts';

/** A product as the catalog keeps it. Every change makes its version one higher. */
export interface ProductRecord {
  sku: string;
  version: number;
  name: string;
  description: string;
  category: string;
  price: Money;
  createdAt: Date;
  updatedAt: Date;
}

export type ProductDetails = Pick<ProductRecord, 'name' | 'description' | 'category' | 'price'>;

/** Those of the wanted changes that would change something; `undefined` when none would. */
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

/** The reply for the gateway. */
export const toProduct = ({
  sku,
  name,
  description,
  category,
  price,
  ...record
}: ProductRecord): VersionedProduct => ({
  sku,
  version: record.version,
  name,
  description,
  category,
  price: { amount: price.amount, currency: price.currency },
  createdAt: record.createdAt.toISOString(),
  updatedAt: record.updatedAt.toISOString(),
});

/** As the other services keep it. */
export const toState = ({
  sku,
  version,
  name,
  description,
  category,
  price,
}: ProductRecord): ProductState => ({
  sku,
  version,
  name,
  description,
  category,
  price: { amount: price.amount, currency: price.currency },
});
