import { getUnitsLeft, type Sale, type SaleView, type VersionedSale } from '@doorbuster/contracts';
import { Injectable } from '@nestjs/common';
import { RpcClient } from '../rpc/rpc-client.js';

/** Short: a fast response without the units is better than a slow one. */
const DEADLINE_MS = 1_000;

/** Adds inventory's units to catalog's sales. */
@Injectable()
export class UnitsLeftReader {
  constructor(private readonly rpc: RpcClient) {}

  /** Each sale with its units left, `null` without an answer from inventory. One request for all. */
  async addTo(sales: readonly VersionedSale[]): Promise<SaleView[]> {
    const left = await this.leftOf(sales.map(({ id }) => id));
    return sales.map((sale) => ({ ...publicSale(sale), unitsLeft: left.get(sale.id) ?? null }));
  }

  private async leftOf(saleIds: string[]): Promise<Map<string, number>> {
    if (saleIds.length === 0) return new Map();
    const found = await this.rpc.call(getUnitsLeft, { saleIds }, DEADLINE_MS).catch(() => []);
    return new Map(found.map(({ saleId, unitsLeft }) => [saleId, unitsLeft]));
  }
}

/** Omits the version, which is in the ETag. */
export const publicSale = ({ version: _version, ...sale }: VersionedSale): Sale => sale;
