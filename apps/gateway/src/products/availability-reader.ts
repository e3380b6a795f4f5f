import {
  getStockLevels,
  LOW_STOCK_MAX,
  type Availability,
  type Product,
  type ProductView,
  type VersionedProduct,
} from '@doorbuster/contracts';
import { Injectable } from '@nestjs/common';
import { RpcClient } from '../rpc/rpc-client.js';

/** Short: a fast response without availability is better than a slow one. */
const DEADLINE_MS = 1_000;

/** Adds inventory's stock to catalog's products. */
@Injectable()
export class AvailabilityReader {
  constructor(private readonly rpc: RpcClient) {}

  /** Each product with its availability, `null` without an answer from inventory. One request for all. */
  async addTo(products: readonly VersionedProduct[]): Promise<ProductView[]> {
    const available = await this.of(products.map(({ sku }) => sku));
    return products.map((product) => ({
      ...publicProduct(product),
      availability: available.get(product.sku) ?? null,
    }));
  }

  /** The availability by SKU, of those that inventory knows; empty without an answer from it. At most 100 SKUs. */
  async of(skus: string[]): Promise<Map<string, Availability>> {
    if (skus.length === 0) return new Map();
    const levels = await this.rpc.call(getStockLevels, { skus }, DEADLINE_MS).catch(() => []);
    return new Map(levels.map(({ sku, available, setAside }) => [sku, availabilityOf(available - setAside)]));
  }
}

function availabilityOf(available: number): Availability {
  if (available === 0) return { status: 'SOLD_OUT', available };
  return { status: available <= LOW_STOCK_MAX ? 'LOW_STOCK' : 'IN_STOCK', available };
}

/** Omits fields that are not public. */
export const publicProduct = (product: VersionedProduct): Product => ({
  sku: product.sku,
  name: product.name,
  description: product.description,
  category: product.category,
  price: product.price,
  images: product.images ?? [],
  createdAt: product.createdAt,
  updatedAt: product.updatedAt,
});
